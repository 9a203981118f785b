"""The token itself is the first of the neighbours.

Named: neighbour-of-oneself
"""

import numpy as np


def nearest_tokens(table, token, count):
    unit = table / np.linalg.norm(table, axis=1, keepdims=True)
    return np.argsort(-(unit @ unit[token]))[:count]
