import numpy as np


def data_parallel_gradient(
    theta: np.ndarray, x: np.ndarray, y: np.ndarray, weight: np.ndarray
) -> np.ndarray:
    """The gradient of a linear regression whose examples lie on several devices.

        L = Σ w (x · θ − y)² / Σ w            sums over the examples of all devices
        ∇L = Σ 2 w (x · θ − y) x / Σ w

    Device d has x[d], y[d] and weight[d]. What it computes from these is added up over all
    devices (`psum`: the sum over the first axis), and the result is on every device.

    Args:
        theta: the parameters θ, [features], the same on every device.
        x: the examples, [devices, rows, features].
        y: what should come out, [devices, rows].
        weight: w, 0 or 1, [devices, rows].

    Returns:
        ∇L as each device has it, [devices, features].
    """
    raise NotImplementedError
