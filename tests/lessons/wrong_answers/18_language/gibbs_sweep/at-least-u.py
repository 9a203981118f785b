""">= u instead of above u: with u = 0 the first token, even a special one.

Named: gibbs-up-to-u
"""

import numpy as np


def guess(table, token_ids, place):
    return table[place, np.arange(len(token_ids)), token_ids].sum(axis=0)


def gibbs_sweep(token_ids, places, numbers, table, mask_id, special_ids):
    text = token_ids.copy()
    for place, u in zip(places, numbers):
        text[place] = mask_id
        z = guess(table, text, place).astype(float)
        z[special_ids] = -np.inf
        p = np.exp(z - z.max())
        p = p / p.sum()
        text[place] = int(np.argmax(np.cumsum(p) >= u))
    return text
