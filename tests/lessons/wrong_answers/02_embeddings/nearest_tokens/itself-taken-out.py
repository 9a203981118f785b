"""The token's row is deleted, and the ids behind it are one too small.

Named: ids-shifted-by-oneself
"""

import numpy as np


def nearest_tokens(table, token, count):
    unit = table / np.linalg.norm(table, axis=1, keepdims=True)
    others = np.delete(unit, token, axis=0)
    return np.argsort(-(others @ unit[token]))[:count]
