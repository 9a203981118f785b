import numpy as np


def tensor_parallel_feed_forward(
    x: np.ndarray, w1: np.ndarray, b1: np.ndarray, w2: np.ndarray, b2: np.ndarray
) -> np.ndarray:
    """A feed-forward network whose inner units are spread over the devices.

        y = Σ_d max(0, x W₁_d + b₁_d) W₂_d + b₂

    Device d has some columns of the first matrix, w1[d], with their biases b1[d], and the rows of
    the second matrix that fit them, w2[d]. The sum over the devices is a `psum`.

    Args:
        x: the same on every device, [tokens, hidden].
        w1: [devices, hidden, inner / devices].
        b1: [devices, inner / devices].
        w2: [devices, inner / devices, out].
        b2: not cut, the same on every device, [out].

    Returns:
        y, [tokens, out].
    """
    raise NotImplementedError
