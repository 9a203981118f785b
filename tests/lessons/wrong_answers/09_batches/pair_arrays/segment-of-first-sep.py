"""The first [SEP] belongs to B.

Named: first-separator-in-segment-one
"""

import numpy as np


def pair_arrays(first, second, length, cls_id, sep_id, pad_id):
    ids = [cls_id, *first, sep_id, *second, sep_id]
    segments = [0] * (len(first) + 1) + [1] * (len(second) + 2)
    rest = length - len(ids)
    return {
        "input_ids": np.array(ids + [pad_id] * rest),
        "token_type_ids": np.array(segments + [0] * rest),
        "attention_mask": np.array([1] * len(ids) + [0] * rest),
    }
