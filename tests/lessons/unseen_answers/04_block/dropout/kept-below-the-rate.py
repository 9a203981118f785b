"""m is 1 where the draw is below p: what should stay goes."""


def dropout(x, uniform, rate, training):
    if training:
        return x * (uniform < rate) / (1 - rate)
    return x
