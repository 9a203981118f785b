"""Tokens are kept while the sum with them is at most P: the one that reaches it is left out.

Named: top-p-one-token-too-few
"""

import numpy as np


def top_p_probabilities(logits, temperature, mass):
    z = logits / temperature
    e = np.exp(z - z.max())
    p = e / e.sum()
    order = np.argsort(-p, kind="stable")
    before = np.cumsum(p[order]) - p[order]
    keep = order[(before + p[order] <= mass) | (before == 0)]
    result = np.zeros_like(p)
    result[keep] = p[keep]
    return result / result.sum()
