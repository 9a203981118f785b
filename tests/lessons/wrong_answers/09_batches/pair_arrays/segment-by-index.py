"""The segment begins behind the first place that holds sep_id, which may be the id of [CLS], too.

Named: segment-one-behind-the-first-id-of-sep
"""

import numpy as np


def pair_arrays(first, second, length, cls_id, sep_id, pad_id):
    ids = [cls_id, *first, sep_id, *second, sep_id]
    segments = [0] * (len(first) + 2) + [1] * (len(second) + 1)
    cut = ids.index(sep_id) + 1
    segments = [0] * cut + [1] * (len(ids) - cut)
    rest = length - len(ids)
    return {
        "input_ids": np.array(ids + [pad_id] * rest),
        "token_type_ids": np.array(segments + [0] * rest),
        "attention_mask": np.array([1] * len(ids) + [0] * rest),
    }
