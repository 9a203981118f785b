"""Whole vectors are dropped, by the first draw of each.

Named: dropout-of-whole-vectors
"""


def dropout(x, uniform, rate, training):
    if not training:
        return x
    return x * (uniform[..., :1] >= rate) / (1 - rate)
