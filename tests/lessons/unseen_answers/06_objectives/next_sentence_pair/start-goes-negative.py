"""document[end - tokens : end] with a negative start where the document has fewer: A is empty or cut wrongly."""

import numpy as np


def next_sentence_pair(document, other, end, start, tokens, follows, cls_id, sep_id):
    a = document[end - tokens : end]
    b = document[end : end + tokens] if follows else other[start : start + tokens]
    ids = np.concatenate([[cls_id], a, [sep_id], b, [sep_id]]).astype(int)
    types = np.concatenate([np.zeros(len(a) + 2), np.ones(len(b) + 1)]).astype(int)
    return {"input_ids": ids, "token_type_ids": types, "next_sentence_label": int(not follows)}
