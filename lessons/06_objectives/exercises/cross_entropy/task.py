import numpy as np


def cross_entropy(
    logits: np.ndarray, labels: np.ndarray, weights: np.ndarray
) -> tuple[float, float]:
    """The loss of a batch as a sum and a weight. The classes are the first axis of the logits.

        S = Σ_i w_i (log Σ_c exp z_ci − z_yi)          W = Σ_i w_i

    Args:
        logits: [classes, *rows], z. They may be as large as 2,000 and as small as −2,000.
        labels: [*rows], whole numbers: y, the right class of each row.
        weights: [*rows]: w, 1 for rows with a label and 0 for others.

    Returns:
        S and W, two numbers. Nothing is divided here.
    """
    raise NotImplementedError
