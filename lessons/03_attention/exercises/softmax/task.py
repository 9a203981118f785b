import numpy as np


def softmax(scores: np.ndarray, axis: int) -> np.ndarray:
    """Turn scores into weights that are positive and sum to 1 along an axis.

        a_i = exp(s_i) / Σ_j exp(s_j)          i and j run along the axis

    The weights must be right for scores of any size: 1000, −1000, and both side by side.

    Args:
        scores: floats of any shape.
        axis: the axis along which the weights sum to 1, such as 0, 1 or −1.

    Returns:
        The weights, in the same shape and as exact as the scores, which are float64.
    """
    raise NotImplementedError
