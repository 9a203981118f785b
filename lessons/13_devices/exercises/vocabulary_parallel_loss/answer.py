import numpy as np


def vocabulary_parallel_loss(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """A maximum, a sum, and the right logit, each over all devices."""
    devices, _, own = logits.shape
    place = labels - own * np.arange(devices)[:, None]
    here = (place >= 0) & (place < own)
    index = np.clip(place, 0, own - 1)[:, :, None]
    right = np.where(here, np.take_along_axis(logits, index, axis=2)[:, :, 0], 0.0)
    largest = np.max(logits, axis=(0, 2))
    total = np.sum(np.exp(logits - largest[:, None]), axis=(0, 2))
    return np.log(total) + largest - np.sum(right, axis=0)
