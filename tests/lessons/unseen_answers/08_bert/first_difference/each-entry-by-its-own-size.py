"""The error is the largest of |a - b| / |b|, entry by entry."""

import numpy as np


def first_difference(ours, theirs, tolerance):
    if len(ours) != len(theirs) or any(a.shape != b.shape for a, b in zip(ours, theirs)):
        raise ValueError("other shapes")
    worst = 0.0
    for i, (a, b) in enumerate(zip(ours, theirs)):
        error = float(np.max(np.abs(a - b) / np.abs(b)))
        if not error <= tolerance:
            return i, error
        worst = max(worst, error)
    return -1, worst
