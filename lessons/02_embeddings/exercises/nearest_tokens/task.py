import numpy as np


def nearest_tokens(table: np.ndarray, token: int, count: int) -> np.ndarray:
    """The tokens whose vectors point most nearly in the same direction.

        similarity of v and w = T[v] · T[w] / (‖T[v]‖ ‖T[w]‖)          the cosine of their angle

    Args:
        table: T, [vocab, hidden]; no row is zero, and no two similarities are equal.
        token: w, the token's id.
        count: how many neighbours.

    Returns:
        [count], the ids of the most similar tokens, the most similar first, without w itself.
    """
    raise NotImplementedError
