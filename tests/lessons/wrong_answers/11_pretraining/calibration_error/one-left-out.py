"""Confidence 1 is in a bin of its own that is not looked at.

Named: certain-answers-left-out
"""


def calibration_error(confidence, right, bins):
    bin_of = (confidence * bins).astype(int)
    error = 0.0
    for b in range(bins):
        here = bin_of == b
        if here.any():
            gap = abs(right[here].mean() - confidence[here].mean())
            error += here.mean() * gap
    return float(error)
