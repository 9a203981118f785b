import math

import numpy as np


def gelu(x: np.ndarray) -> np.ndarray:
    """Given: x/2 · (1 + erf(x/√2))."""
    return 0.5 * x * (1 + np.vectorize(math.erf, otypes=[float])(x / math.sqrt(2)))


def feed_forward(
    x: np.ndarray,
    in_kernel: np.ndarray,
    in_bias: np.ndarray,
    out_kernel: np.ndarray,
    out_bias: np.ndarray,
) -> np.ndarray:
    """The feed-forward network of a block, the same for every token.

        FFN(x) = gelu(x W_1 + b_1) W_2 + b_2

    Args:
        x: [..., hidden].
        in_kernel, in_bias: W_1, [hidden, intermediate], and b_1, [intermediate].
        out_kernel, out_bias: W_2, [intermediate, hidden], and b_2, [hidden].

    Returns:
        [..., hidden].
    """
    raise NotImplementedError
