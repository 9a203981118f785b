"""The token's own length is the same for all and is left out."""

import numpy as np


def nearest_tokens(table, token, count):
    scored = []
    for other in range(len(table)):
        if other != token:
            length = sum(float(entry) ** 2 for entry in table[other]) ** 0.5
            scored.append((-float(np.dot(table[other], table[token])) / length, other))
    return np.array([other for _, other in sorted(scored)[:count]])
