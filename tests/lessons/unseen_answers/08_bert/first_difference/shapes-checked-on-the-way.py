"""Shapes are looked at layer by layer, so a difference before it is returned where a ValueError is due."""

import numpy as np


def first_difference(ours, theirs, tolerance):
    if len(ours) != len(theirs):
        raise ValueError("another number of layers")
    errors = []
    for i, (a, b) in enumerate(zip(ours, theirs)):
        if a.shape != b.shape:
            raise ValueError("another shape")
        error = np.abs(a - b).max() / np.abs(b).max()
        if np.isnan(error) or error > tolerance:
            return i, float(error)
        errors.append(float(error))
    return -1, max(errors, default=0.0)
