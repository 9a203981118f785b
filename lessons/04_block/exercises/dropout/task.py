import numpy as np


def dropout(x: np.ndarray, uniform: np.ndarray, rate: float, training: bool) -> np.ndarray:
    """Drop entries while training.

        y = x · m / (1 − p)          m = 0 where the draw is below p, otherwise 1

    When the model is used, y = x.

    Args:
        x: floats of any shape.
        uniform: draws between 0 and 1, one for each entry of x. Below `rate` the entry is dropped.
        rate: p, from 0 up to, but not including, 1.
        training: whether the model is being trained.

    Returns:
        The shape of x.
    """
    raise NotImplementedError
