"""Python's sorted for each mask, logaddexp for the normalization."""

import numpy as np


def fill_mask(logits, input_ids, mask_id, k, special_ids):
    logits = logits.copy()
    logits[:, special_ids] = -np.inf
    ids, p = [], []
    for place, token in enumerate(input_ids):
        if token == mask_id:
            row = logits[place]
            best = sorted(range(len(row)), key=lambda v: row[v], reverse=True)[:k]
            ids.append(best)
            p.append(np.exp(row[best] - np.logaddexp.reduce(row)))
    shape = (len(ids), k)
    return np.array(ids, dtype=int).reshape(shape), np.array(p, dtype=float).reshape(shape)
