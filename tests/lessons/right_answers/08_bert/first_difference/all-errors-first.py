"""All errors in a list, then the first of them that is no number or too large."""

import numpy as np


def first_difference(ours, theirs, tolerance):
    if [a.shape for a in ours] != [b.shape for b in theirs]:
        raise ValueError("the layers do not fit")
    errors = np.array([abs(a - b).max() / abs(b).max() for a, b in zip(ours, theirs, strict=True)])
    wrong = np.flatnonzero(np.isnan(errors) | (errors > tolerance))
    if wrong.size:
        return int(wrong[0]), float(errors[wrong[0]])
    return -1, float(errors.max(initial=0.0))
