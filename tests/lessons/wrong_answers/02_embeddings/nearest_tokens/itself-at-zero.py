"""The token's own similarity is set to 0, which is more than that of opposite vectors.

Named: oneself-at-zero
"""

import numpy as np


def nearest_tokens(table, token, count):
    unit = table / np.linalg.norm(table, axis=1, keepdims=True)
    similarity = unit @ unit[token]
    similarity[token] = 0
    return np.argsort(similarity)[::-1][:count]
