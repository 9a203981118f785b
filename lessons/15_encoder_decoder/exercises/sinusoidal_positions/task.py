import numpy as np


def sinusoidal_positions(length: int, hidden: int) -> np.ndarray:
    """The positions of the first Transformer, which are not learnt.

        P[i, 2k]     = sin(i / 10000^(2k / hidden))
        P[i, 2k + 1] = cos(i / 10000^(2k / hidden))        k = 0, 1, …, hidden/2 − 1

    Args:
        length: how many places; the first is 0.
        hidden: the width of a vector, an even number.

    Returns:
        P, [length, hidden].
    """
    raise NotImplementedError
