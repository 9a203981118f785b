"""The entries are dropped in place.

Named: dropout-in-place
"""


def dropout(x, uniform, rate, training):
    if training:
        x[uniform < rate] = 0
        x = x / (1 - rate)
    return x
