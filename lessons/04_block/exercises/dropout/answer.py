import numpy as np


def dropout(x: np.ndarray, uniform: np.ndarray, rate: float, training: bool) -> np.ndarray:
    if not training:
        return x
    keep = uniform >= rate
    return np.where(keep, x / (1 - rate), 0.0)
