import numpy as np


def class_probabilities(
    pooled: np.ndarray, kernel: np.ndarray, bias: np.ndarray, temperature: float
) -> np.ndarray:
    logits = (pooled @ kernel + bias) / temperature
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)
