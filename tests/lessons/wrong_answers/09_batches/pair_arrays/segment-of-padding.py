"""Padding has segment 1.

Named: padding-in-segment-one
"""

import numpy as np


def pair_arrays(first, second, length, cls_id, sep_id, pad_id):
    ids = [cls_id, *first, sep_id, *second, sep_id]
    segments = [0] * (len(first) + 2) + [1] * (len(second) + 1)
    rest = length - len(ids)
    return {
        "input_ids": np.array(ids + [pad_id] * rest),
        "token_type_ids": np.array(segments + [1] * rest),
        "attention_mask": np.array([1] * len(ids) + [0] * rest),
    }
