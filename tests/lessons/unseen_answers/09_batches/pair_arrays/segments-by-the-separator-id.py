"""Segment 1 begins behind the first place whose id is sep_id, also where a passage or cls has that id."""

import numpy as np


def pair_arrays(first, second, length, cls_id, sep_id, pad_id):
    ids = [cls_id, *first, sep_id, *second, sep_id]
    n = len(ids)
    row = np.full(length, pad_id)
    row[:n] = ids
    cut = ids.index(sep_id)
    types = np.zeros(length, int)
    types[cut + 1 : n] = 1
    mask = np.zeros(length, int)
    mask[:n] = 1
    return {"input_ids": row, "token_type_ids": types, "attention_mask": mask}
