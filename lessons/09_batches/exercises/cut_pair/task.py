import numpy as np


def cut_pair(first: np.ndarray, second: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Cut two passages until both fit into a row of `length` places.

        [CLS] A [SEP] B [SEP]

    The special tokens need places, too. As long as the row is too long, the longer passage gives up
    a token; where both are equally long, B does. A gives up tokens at its front and B at its back:
    A's last token and B's first stand side by side in the document, and that is what the label is
    about.

    Args:
        first: the ids of A, without special tokens, [a].
        second: the ids of B, likewise, [b].
        length: places in the row, at least 3.

    Returns:
        What is left of A and of B.
    """
    raise NotImplementedError
