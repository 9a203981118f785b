"""The mask is taken from input_ids != pad_id."""

import numpy as np


def pair_arrays(first, second, length, cls_id, sep_id, pad_id):
    ids = [cls_id] + list(first) + [sep_id] + list(second) + [sep_id]
    ids += [pad_id] * (length - len(ids))
    ids = np.array(ids)
    types = np.zeros(length, int)
    types[len(first) + 2 : len(first) + len(second) + 3] = 1
    return {
        "input_ids": ids,
        "token_type_ids": types,
        "attention_mask": (ids != pad_id).astype(int),
    }
