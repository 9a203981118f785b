"""The largest tickets of the whole batch win.

Named: tickets-of-the-batch
"""

import numpy as np


def choose_tokens(input_ids, attention_mask, special_ids, tickets, rate):
    eligible = (attention_mask == 1) & ~np.isin(input_ids, special_ids)
    n = max(1, round(rate * eligible.sum()))
    if not eligible.any():
        return eligible
    return eligible & (tickets >= np.sort(tickets[eligible])[-n])
