"""All texts get as many as the first one."""

import numpy as np


def choose_tokens(input_ids, attention_mask, special_ids, tickets, rate):
    eligible = (attention_mask == 1) & ~np.isin(input_ids, special_ids)
    draws = np.where(eligible, tickets, -1.0)
    n = max(1, round(rate * eligible[0].sum()))
    rank = np.argsort(np.argsort(-draws, axis=1), axis=1)
    return (rank < n) & eligible
