"""Divided by the share of entries that were kept in this draw and not by 1 - p."""


def dropout(x, uniform, rate, training):
    if not training:
        return x
    m = uniform >= rate
    return x * m / m.mean()
