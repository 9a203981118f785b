"""Plain lists, built id by id."""

import numpy as np


def next_sentence_pair(document, other, end, start, tokens, follows, cls_id, sep_id):
    a = [int(w) for w in document[:end]][-tokens:] if tokens else []
    source, place = (document, end) if follows else (other, start)
    b = [int(source[i]) for i in range(place, min(place + tokens, len(source)))]
    ids = [int(cls_id), *a, int(sep_id), *b, int(sep_id)]
    types = [int(i > len(a) + 1) for i in range(len(ids))]
    return {
        "input_ids": np.asarray(ids),
        "token_type_ids": np.asarray(types),
        "next_sentence_label": 1 - bool(follows),
    }
