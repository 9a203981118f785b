"""B is at most as long as A turned out, not as long as it may be.

Named: second-half-as-long-as-the-first
"""

import numpy as np


def next_sentence_pair(document, other, end, start, tokens, follows, cls_id, sep_id):
    a = document[max(0, end - tokens) : end]
    b = document[end : end + len(a)] if follows else other[start : start + len(a)]
    ids = np.concatenate([[cls_id], a, [sep_id], b, [sep_id]])
    types = np.array([0] * (len(a) + 2) + [1] * (len(b) + 1))
    label = 0 if follows else 1
    return {"input_ids": ids, "token_type_ids": types, "next_sentence_label": label}
