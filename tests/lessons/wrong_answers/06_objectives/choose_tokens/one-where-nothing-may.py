"""At least one is chosen also where none may be.

Named: one-where-nothing-may
"""

import numpy as np


def choose_tokens(input_ids, attention_mask, special_ids, tickets, rate):
    eligible = (attention_mask == 1) & ~np.isin(input_ids, special_ids)
    draws = np.where(eligible, tickets, -1.0)
    n = np.maximum(1, np.round(rate * eligible.sum(axis=1))).astype(int)
    rank = np.argsort(np.argsort(-draws, axis=1), axis=1)
    return rank < n[:, None]
