"""The products are divided by the length of the token's own vector only.

Named: neighbours-by-dot-product
"""

import numpy as np


def nearest_tokens(table, token, count):
    unit = table[token] / np.linalg.norm(table[token])
    order = np.argsort(-(table @ unit))
    return order[order != token][:count]
