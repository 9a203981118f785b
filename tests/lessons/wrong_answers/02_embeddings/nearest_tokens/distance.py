"""The distance of the vectors is compared, not their direction.

Named: neighbours-by-distance
"""

import numpy as np


def nearest_tokens(table, token, count):
    distance = np.linalg.norm(table - table[token], axis=1)
    order = np.argsort(distance)
    return order[order != token][:count]
