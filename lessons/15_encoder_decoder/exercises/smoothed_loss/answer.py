import numpy as np


def smoothed_loss(logits: np.ndarray, labels: np.ndarray, epsilon: float) -> np.ndarray:
    """Most for the right token, a little for all alike."""
    largest = np.max(logits, axis=-1, keepdims=True)
    shifted = logits - largest
    log_p = shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))
    asked = labels >= 0
    right = np.take_along_axis(log_p, np.maximum(labels, 0)[..., None], axis=-1)[..., 0]
    alike = np.mean(log_p, axis=-1)
    losses = -((1 - epsilon) * right + epsilon * alike)
    return np.sum(np.where(asked, losses, 0.0), axis=1) / np.sum(asked, axis=1)
