"""It is divided by the share that happened to stay.

Named: dropout-rescaled-by-what-stayed
"""


def dropout(x, uniform, rate, training):
    if not training:
        return x
    stays = uniform >= rate
    return x * stays / max(stays.mean(), 1e-9)
