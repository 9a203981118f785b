"""The n-th largest ticket is the threshold; sets and sorted lists."""

import numpy as np


def choose_tokens(input_ids, attention_mask, special_ids, tickets, rate):
    special = set(np.ravel(special_ids).tolist())
    rows = []
    for ids, real, draws in zip(input_ids, attention_mask, tickets, strict=True):
        may = [bool(r) and int(w) not in special for w, r in zip(ids, real, strict=True)]
        ranked = sorted((t for t, ok in zip(draws, may, strict=True) if ok), reverse=True)
        n = min(len(ranked), max(1, round(rate * len(ranked))))
        least = ranked[n - 1] if ranked else 2.0
        rows.append([ok and t >= least for t, ok in zip(draws, may, strict=True)])
    return np.array(rows, dtype=bool).reshape(input_ids.shape)
