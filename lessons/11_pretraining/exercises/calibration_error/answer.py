import numpy as np


def calibration_error(confidence: np.ndarray, right: np.ndarray, bins: int) -> float:
    b = np.minimum((bins * confidence).astype(int), bins - 1)
    n = np.bincount(b, minlength=bins)
    hits = np.bincount(b, right, minlength=bins)
    expected = np.bincount(b, confidence, minlength=bins)
    return np.sum(np.abs(hits - expected)) / np.sum(n)
