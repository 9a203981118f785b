"""The first place is dropped before the order is turned round, so the least similar token goes and w stays."""

import numpy as np


def nearest_tokens(table, token, count):
    unit = table / np.linalg.norm(table, axis=1, keepdims=True)
    order = np.argsort(unit @ unit[token])[1:]
    return order[::-1][:count]
