import numpy as np


def softmax(scores: np.ndarray, axis: int) -> np.ndarray:
    """exp(s − max s) / Σ exp(s − max s) along the axis."""
    largest = np.max(scores, axis=axis, keepdims=True)
    exponentials = np.exp(scores - largest)
    return exponentials / np.sum(exponentials, axis=axis, keepdims=True)
