import numpy as np


def feed_forward(
    x: np.ndarray,
    in_kernel: np.ndarray,
    in_bias: np.ndarray,
    out_kernel: np.ndarray,
    out_bias: np.ndarray,
) -> np.ndarray:
    return gelu(x @ in_kernel + in_bias) @ out_kernel + out_bias
