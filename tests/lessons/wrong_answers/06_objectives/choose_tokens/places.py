"""The places are returned, in place of booleans.

Named: chosen-as-numbers
"""

import numpy as np


def choose_tokens(input_ids, attention_mask, special_ids, tickets, rate):
    eligible = (attention_mask == 1) & ~np.isin(input_ids, special_ids)
    result = np.zeros(input_ids.shape, dtype=int)
    for row in range(len(input_ids)):
        places = np.flatnonzero(eligible[row])
        n = max(1, round(rate * len(places)))
        best = places[np.argsort(-tickets[row, places])[:n]]
        result[row, best] = True
    return result
