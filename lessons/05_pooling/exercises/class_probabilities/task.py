import numpy as np


def class_probabilities(
    pooled: np.ndarray, kernel: np.ndarray, bias: np.ndarray, temperature: float
) -> np.ndarray:
    """The linear head, and what it says as probabilities.

        y = (c W + b) / τ          p_k = exp(y_k) / Σ_j exp(y_j)

    A temperature τ above 1 makes a model that is too sure of itself more modest. The logits y may
    be large: 1000, or −1000.

    Args:
        pooled: c, [batch, hidden].
        kernel: W, [hidden, classes].
        bias: b, [classes].
        temperature: τ, above 0.

    Returns:
        p, [batch, classes]; the probabilities of a text add up to 1.
    """
    raise NotImplementedError
