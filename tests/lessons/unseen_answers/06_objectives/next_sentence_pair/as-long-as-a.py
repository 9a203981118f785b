"""B has at most as many ids as A really has, and not as many as `tokens`."""

import numpy as np


def next_sentence_pair(document, other, end, start, tokens, follows, cls_id, sep_id):
    a = list(document[max(0, end - tokens) : end])
    b = list(document[end:] if follows else other[start:])[: len(a)]
    ids = [cls_id, *a, sep_id, *b, sep_id]
    types = [0] * (len(a) + 2) + [1] * (len(b) + 1)
    return {
        "input_ids": np.array(ids),
        "token_type_ids": np.array(types),
        "next_sentence_label": 0 if follows else 1,
    }
