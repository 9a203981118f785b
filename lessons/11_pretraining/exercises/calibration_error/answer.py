import numpy as np


def calibration_error(confidence: np.ndarray, right: np.ndarray, bins: int) -> float:
    """How far a model's probabilities are from how often it is right.

        E = Σ_b (n_b / n) · | a_b − c_b |

    The answers are put into bins of equal width by their confidence: bin b holds those with
    b ≤ bins · confidence < b + 1, and confidence 1 belongs to the last one. n_b is how many there
    are in it, a_b the share of them that is right, c_b their mean confidence. Empty bins count
    nothing.

    Args:
        confidence: [answers], the probability that the model gave its answer, 0 to 1.
        right: [answers], booleans.
        bins: how many.

    Returns:
        E, a number.
    """
    b = np.minimum((bins * confidence).astype(int), bins - 1)
    n = np.bincount(b, minlength=bins)
    hits = np.bincount(b, right, minlength=bins)
    expected = np.bincount(b, confidence, minlength=bins)
    return np.sum(np.abs(hits - expected)) / np.sum(n)
