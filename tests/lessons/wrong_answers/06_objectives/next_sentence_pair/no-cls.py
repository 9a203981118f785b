"""[CLS] is missing.

Named: no-cls-in-front
"""

import numpy as np


def next_sentence_pair(document, other, end, start, tokens, follows, cls_id, sep_id):
    a = document[max(0, end - tokens) : end]
    b = document[end : end + tokens] if follows else other[start : start + tokens]
    ids = np.concatenate([a, [sep_id], b, [sep_id]])
    types = np.repeat([0, 1], [len(a) + 1, len(b) + 1])
    return {"input_ids": ids, "token_type_ids": types, "next_sentence_label": 0 if follows else 1}
