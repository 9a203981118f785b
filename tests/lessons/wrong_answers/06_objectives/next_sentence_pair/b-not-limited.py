"""B is all that is left.

Named: second-half-not-limited
"""

import numpy as np


def next_sentence_pair(document, other, end, start, tokens, follows, cls_id, sep_id):
    a = document[max(0, end - tokens) : end]
    b = document[end:] if follows else other[start:]
    ids = np.concatenate([[cls_id], a, [sep_id], b, [sep_id]])
    types = np.array([0] * (len(a) + 2) + [1] * (len(b) + 1))
    label = 0 if follows else 1
    return {"input_ids": ids, "token_type_ids": types, "next_sentence_label": label}
