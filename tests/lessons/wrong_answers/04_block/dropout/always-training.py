"""It drops also when the model is used.

Named: dropout-at-evaluation
"""


def dropout(x, uniform, rate, training):
    return x * (uniform >= rate) / (1 - rate)
