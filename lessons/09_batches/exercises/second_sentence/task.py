import numpy as np


def second_sentence(document_of: np.ndarray, here: int, label: int, draw: float) -> int:
    """Which sentence becomes B, where sentence `here` is A.

        label 0        the sentence after A, in the same document
        label 1        a sentence of another document: all of these are equally likely

    Args:
        document_of: the number of each sentence's document, [sentences]; a document's sentences
            stand together.
        here: the number of sentence A.
        label: 0 or 1.
        draw: a random number, 0 ≤ draw < 1. Of n candidates, in their order, it chooses number
            floor(draw · n).

    Returns:
        The number of sentence B.

    Raises:
        ValueError: the label is 0 and A is the last sentence of its document.
    """
    raise NotImplementedError
