"""Full arrays into which the parts are written."""

import numpy as np


def pair_arrays(first, second, length, cls_id, sep_id, pad_id):
    a, b = len(first), len(second)
    place = np.arange(length)
    ids = np.full(length, pad_id)
    ids[0], ids[a + 1], ids[a + b + 2] = cls_id, sep_id, sep_id
    ids[1 : a + 1] = first
    ids[a + 2 : a + b + 2] = second
    return {
        "attention_mask": (place < a + b + 3).astype(np.int32),
        "token_type_ids": ((place > a + 1) & (place < a + b + 3)).astype(np.int8),
        "input_ids": ids,
    }
