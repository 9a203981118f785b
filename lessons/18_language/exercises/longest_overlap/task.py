import numpy as np


def longest_overlap(sample: np.ndarray, documents: list[np.ndarray]) -> tuple[int, int]:
    """How much of a text is copied in one piece.

    A stretch is some tokens in a row. Looked for is the longest stretch of the sample that one of
    the documents has, too, in a row and in the same order. It may not reach from one document into
    the next.

    Args:
        sample: ids, [tokens].
        documents: what was learnt from, each ids [tokens of it].

    Returns:
        How many tokens the stretch has, and where in the sample it begins: the first place, if
        there are several equally long ones. (0, 0) if not even one token is shared.
    """
    raise NotImplementedError
