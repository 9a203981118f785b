import numpy as np


def clip_by_global_norm(gradient: dict[str, np.ndarray], limit: float) -> dict[str, np.ndarray]:
    """Make a long gradient shorter and keep its direction.

        g ← g · min(1, c / ‖g‖)        ‖g‖: the root of the sum of all squares, of all arrays

    In a run with short numbers a gradient may overflow. If a single number of it is infinite or
    nan, the whole of it becomes 0: that step is left out.

    Args:
        gradient: arrays of any shapes by their names.
        limit: c, the length that is allowed.

    Returns:
        The clipped gradient, under the same names. A gradient of 0 stays 0.
    """
    raise NotImplementedError
