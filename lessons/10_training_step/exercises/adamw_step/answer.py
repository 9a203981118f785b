import numpy as np


def adamw_step(
    theta: np.ndarray,
    gradient: np.ndarray,
    mean: np.ndarray,
    square: np.ndarray,
    t: int,
    rate: float,
    decay: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Remember, correct, go."""
    mean = beta1 * mean + (1 - beta1) * gradient
    square = beta2 * square + (1 - beta2) * gradient**2
    mean_hat = mean / (1 - beta1**t)
    square_hat = square / (1 - beta2**t)
    direction = mean_hat / (np.sqrt(square_hat) + epsilon)
    return theta - rate * (direction + decay * theta), mean, square
