import numpy as np


def cross_entropy_backward(
    logits: np.ndarray, labels: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """The gradient of the mean cross-entropy with respect to the logits.

        L = Σ_i w_i (log Σ_c exp z_ic − z_iy) / Σ_i w_i
        dz_ic = w_i (softmax(z_i)_c − [c = y_i]) / Σ_i w_i

    Args:
        logits: [rows, classes], z; they may be as large as 2,000.
        labels: [rows], whole numbers: y.
        weights: [rows], w: 1 for rows with a label and 0 for others. At least one is 1.

    Returns:
        dz [rows, classes].
    """
    raise NotImplementedError
