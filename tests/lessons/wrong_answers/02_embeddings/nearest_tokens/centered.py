"""The mean vector is taken off first, which is a correlation and no cosine.

Named: neighbours-by-correlation
"""

import numpy as np


def nearest_tokens(table, token, count):
    table = table - table.mean(axis=0)
    unit = table / np.linalg.norm(table, axis=1, keepdims=True)
    order = np.argsort(-(unit @ unit[token]))
    return order[order != token][:count]
