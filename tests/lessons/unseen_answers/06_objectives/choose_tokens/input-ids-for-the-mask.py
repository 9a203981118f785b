"""Padding is where the id is 0, not where attention_mask is 0."""

import numpy as np


def choose_tokens(input_ids, attention_mask, special_ids, tickets, rate):
    may = (input_ids != 0) & ~np.isin(input_ids, special_ids)
    out = np.zeros(input_ids.shape, bool)
    for b in range(len(input_ids)):
        places = np.flatnonzero(may[b])
        if len(places):
            n = max(1, round(rate * len(places)))
            out[b, places[np.argsort(-tickets[b, places])[:n]]] = True
    return out
