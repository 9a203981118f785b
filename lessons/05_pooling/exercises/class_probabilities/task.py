import numpy as np


def class_probabilities(pooled: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """The linear head, and what it says as probabilities.

        y = c W + b          p_k = exp(y_k) / Σ_j exp(y_j)

    The logits y may be large: 1000, or −1000.

    Args:
        pooled: c, [batch, hidden].
        kernel: W, [hidden, classes].
        bias: b, [classes].

    Returns:
        p, [batch, classes]; the probabilities of a text add up to 1.
    """
    raise NotImplementedError
