"""The similarities are returned, not the ids.

Named: similarities-for-ids
"""

import numpy as np


def nearest_tokens(table, token, count):
    unit = table / np.linalg.norm(table, axis=1, keepdims=True)
    return np.sort(np.delete(unit @ unit[token], token))[::-1][:count]
