import numpy as np


def softmax(scores: np.ndarray) -> np.ndarray:
    """Turn every row of scores into weights that are positive and sum to 1.

        a_i = exp(s_i) / Σ_j exp(s_j)

    A row is the last axis. The weights must be right for scores of any size: 1000, −1000, and
    rows of both in one array.

    Args:
        scores: floats of any shape, [..., n].

    Returns:
        The weights, in the same shape.
    """
    raise NotImplementedError
