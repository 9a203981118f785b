"""The absolute value of the cosine is compared.

Named: neighbours-in-the-opposite-direction
"""

import numpy as np


def nearest_tokens(table, token, count):
    unit = table / np.linalg.norm(table, axis=1, keepdims=True)
    order = np.argsort(-np.abs(unit @ unit[token]))
    return order[order != token][:count]
