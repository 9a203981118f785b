"""argpartition finds the neighbours, in no order.

Named: neighbours-unordered
"""

import numpy as np


def nearest_tokens(table, token, count):
    unit = table / np.linalg.norm(table, axis=1, keepdims=True)
    similarity = unit @ unit[token]
    similarity[token] = -np.inf
    return np.argpartition(-similarity, min(count, len(table) - 1))[:count]
