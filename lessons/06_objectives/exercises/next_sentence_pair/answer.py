import numpy as np


def next_sentence_pair(
    document: np.ndarray,
    other: np.ndarray,
    end: int,
    start: int,
    tokens: int,
    follows: bool,
    cls_id: int,
    sep_id: int,
) -> dict:
    a = document[max(0, end - tokens) : end]
    b = document[end : end + tokens] if follows else other[start : start + tokens]
    return {
        "input_ids": np.concatenate([[cls_id], a, [sep_id], b, [sep_id]]),
        "token_type_ids": np.repeat([0, 1], [len(a) + 2, len(b) + 1]),
        "next_sentence_label": 0 if follows else 1,
    }
