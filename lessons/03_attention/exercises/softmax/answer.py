import numpy as np


def softmax(scores: np.ndarray) -> np.ndarray:
    """exp(s − max s) / Σ exp(s − max s), row by row."""
    largest = np.max(scores, axis=-1, keepdims=True)
    exponentials = np.exp(scores - largest)
    return exponentials / np.sum(exponentials, axis=-1, keepdims=True)
