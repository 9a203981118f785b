import numpy as np


def second_sentence(document_of: np.ndarray, here: int, label: int, draw: float) -> int:
    """What follows, or a sentence of another document."""
    if label == 0:
        if here + 1 == len(document_of) or document_of[here + 1] != document_of[here]:
            raise ValueError(f"nothing follows sentence {here} in its document")
        return here + 1
    candidates = np.flatnonzero(document_of != document_of[here])
    return int(candidates[int(draw * len(candidates))])
