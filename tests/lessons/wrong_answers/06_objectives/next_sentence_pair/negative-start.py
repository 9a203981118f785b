"""Where the document has fewer ids before `end`, the slice begins at a negative place.

Named: slice-begins-below-zero
"""

import numpy as np


def next_sentence_pair(document, other, end, start, tokens, follows, cls_id, sep_id):
    a = document[end - tokens : end]
    b = document[end : end + tokens] if follows else other[start : start + tokens]
    ids = np.concatenate([[cls_id], a, [sep_id], b, [sep_id]])
    types = np.array([0] * (len(a) + 2) + [1] * (len(b) + 1))
    label = 0 if follows else 1
    return {"input_ids": ids, "token_type_ids": types, "next_sentence_label": label}
