"""One token in every text.

Named: one-in-every-sequence
"""

import numpy as np


def choose_tokens(input_ids, attention_mask, special_ids, tickets, rate):
    eligible = (attention_mask == 1) & ~np.isin(input_ids, special_ids)
    result = np.zeros(input_ids.shape, dtype=bool)
    for row in range(len(input_ids)):
        places = np.flatnonzero(eligible[row])
        n = 1
        best = places[np.argsort(-tickets[row, places])[:n]]
        result[row, best] = True
    return result
