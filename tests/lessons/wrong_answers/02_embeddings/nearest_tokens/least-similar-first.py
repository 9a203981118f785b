"""The most similar ones are given with the least similar first.

Named: nearest-last
"""

import numpy as np


def nearest_tokens(table, token, count):
    unit = table / np.linalg.norm(table, axis=1, keepdims=True)
    order = np.argsort(unit @ unit[token])
    return order[order != token][-count:]
