import numpy as np


def segment_ids(input_ids: np.ndarray, separator: int, padding: int) -> np.ndarray:
    is_separator = (input_ids == separator).astype(int)
    separators_before = np.cumsum(is_separator, axis=1) - is_separator
    return np.where(input_ids == padding, 0, separators_before)
