import numpy as np


def sinusoidal_positions(position_ids: np.ndarray, hidden: int) -> np.ndarray:
    """The positions of the first Transformer, which are not learnt, of any tokens.

        P[…, 2k]     = sin(i / 10000^(2k / hidden))
        P[…, 2k + 1] = cos(i / 10000^(2k / hidden))        k = 0, 1, …, hidden/2 − 1

    In a packed row the positions start anew with each text; with a cache they begin anywhere. So
    the tokens' places i are handed in.

    Args:
        position_ids: i, the place of every token, the first of a text being 0, [batch, length].
        hidden: the width of a vector, an even number.

    Returns:
        P, [batch, length, hidden].
    """
    raise NotImplementedError
