"""As in the first paper: nothing is divided while training, and everything is multiplied by 1 - p when used."""


def dropout(x, uniform, rate, training):
    if training:
        return x * (uniform >= rate)
    return x * (1 - rate)
