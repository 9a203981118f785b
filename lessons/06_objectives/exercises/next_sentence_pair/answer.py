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
    """[CLS] A [SEP] B [SEP] with its segments and its label.

    A is the last `tokens` ids of the document before the place `end`, or fewer where the document
    has no more. B is at most as many ids: if it follows, those of the document from `end` on;
    if not, those of the other document from `start` on.

    Args:
        document, other: [ids], whole numbers.
        end: where A ends in the document.
        start: where a B that does not follow begins in the other document.
        tokens: the most ids of A, and of B.
        follows: True or False.
        cls_id, sep_id: the special tokens.

    Returns:
        a dict: `input_ids` [length], `token_type_ids` [length] (0 up to the first [SEP], which
        is A's, and 1 from there on) and `next_sentence_label`, 0 if B follows and 1 if not.
    """
    a = document[max(0, end - tokens) : end]
    b = document[end : end + tokens] if follows else other[start : start + tokens]
    return {
        "input_ids": np.concatenate([[cls_id], a, [sep_id], b, [sep_id]]),
        "token_type_ids": np.repeat([0, 1], [len(a) + 2, len(b) + 1]),
        "next_sentence_label": 0 if follows else 1,
    }
