"""The mask is taken from where the ids differ from pad_id, which may be the id of [SEP], too.

Named: pair-padding-known-by-its-id
"""

import numpy as np


def pair_arrays(first, second, length, cls_id, sep_id, pad_id):
    ids = [cls_id, *first, sep_id, *second, sep_id]
    segments = [0] * (len(first) + 2) + [1] * (len(second) + 1)
    rest = length - len(ids)
    return {
        "input_ids": np.array(ids + [pad_id] * rest),
        "token_type_ids": np.array(segments + [0] * rest),
        "attention_mask": (np.array(ids + [pad_id] * rest) != pad_id).astype(int),
    }
