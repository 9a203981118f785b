"""n is rounded up: math.ceil."""

import math

import numpy as np


def choose_tokens(input_ids, attention_mask, special_ids, tickets, rate):
    may = (attention_mask == 1) & ~np.isin(input_ids, special_ids)
    t = np.where(may, tickets, -1.0)
    rank = np.argsort(np.argsort(-t, axis=1), axis=1)
    m = may.sum(axis=1)
    n = np.array([max(1, math.ceil(rate * k)) for k in m])
    return (rank < n[:, None]) & may
