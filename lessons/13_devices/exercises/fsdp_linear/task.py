import numpy as np


def fsdp_linear(x: np.ndarray, kernel: np.ndarray, dy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A linear map whose matrix is cut up over the devices, forward and backward.

        y_d = x_d W                     W: all rows of the matrix, gathered from all devices
        dW = Σ_d x_dᵀ dy_d              of which each device keeps its own rows

    Device d has its own examples x[d], and the rows kernel[d] of the matrix: the first device has
    the first rows, and so on.

    Args:
        x: [devices, examples, hidden].
        kernel: [devices, hidden / devices, out].
        dy: the gradient of y, [devices, examples, out].

    Returns:
        y: [devices, examples, out].
        dkernel: the gradient of each device's rows, [devices, hidden / devices, out].
    """
    raise NotImplementedError
