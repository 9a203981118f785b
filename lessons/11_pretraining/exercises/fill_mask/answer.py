import numpy as np


def fill_mask(
    logits: np.ndarray, input_ids: np.ndarray, mask_id: int, k: int, special_ids: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    z = logits[np.flatnonzero(input_ids == mask_id)]
    z[:, special_ids] = -np.inf
    exponentials = np.exp(z - np.max(z, axis=-1, keepdims=True))
    probabilities = exponentials / np.sum(exponentials, axis=-1, keepdims=True)
    best = np.argsort(-z, axis=-1)[:, :k]
    return best, np.take_along_axis(probabilities, best, axis=-1)
