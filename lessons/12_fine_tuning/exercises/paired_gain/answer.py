import numpy as np


def paired_gain(ours: np.ndarray, theirs: np.ndarray) -> tuple[float, float, int]:
    d = ours - theirs
    return np.mean(d), np.std(d, ddof=1), int(np.sum(d > 0))
