import numpy as np


def decoder_inputs_and_labels(
    targets: np.ndarray, lengths: np.ndarray, start_id: int, end_id: int, pad_id: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same text twice, once with START before it and once with END behind it."""
    texts, places = targets.shape
    number, length = np.arange(places + 1)[None, :], lengths[:, None]
    mark = np.full((texts, 1), start_id)
    shifted = np.concatenate([mark, targets], axis=1)
    as_it_is = np.concatenate([targets, mark], axis=1)
    real = number <= length
    read = np.where(real, shifted, pad_id)
    labels = np.where(number < length, as_it_is, -100)
    labels = np.where(number == length, end_id, labels)
    return read, real.astype(int), labels
