import numpy as np


def causal_mask(length: int, keys: int, start: int, attention_mask: np.ndarray) -> np.ndarray:
    """Who may look at whom in texts that are read from left to right.

        M_bij = (j ≤ s + i) and (a_bj ≠ 0)

    Args:
        length: how many tokens ask.
        keys: how many places there are to look at; with a cache more than `length`.
        start: s, the place of the first token that asks.
        attention_mask: a, [batch, keys], 1 for a real token, 0 for padding.

    Returns:
        Booleans, [batch, 1, length, keys]; the axis of size one is for the heads, then come query
        and key. True means that the key may be looked at.
    """
    raise NotImplementedError
