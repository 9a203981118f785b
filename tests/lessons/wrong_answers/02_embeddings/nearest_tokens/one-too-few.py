"""The token itself is counted as one of them.

Named: one-neighbour-too-few
"""

import numpy as np


def nearest_tokens(table, token, count):
    unit = table / np.linalg.norm(table, axis=1, keepdims=True)
    return np.argsort(-(unit @ unit[token]))[1:count]
