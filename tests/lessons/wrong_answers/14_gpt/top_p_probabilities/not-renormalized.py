"""The kept probabilities are not divided by their sum.

Named: top-p-not-renormalised
"""

import numpy as np


def top_p_probabilities(logits, temperature, mass):
    z = logits / temperature
    e = np.exp(z - z.max())
    p = e / e.sum()
    order = np.argsort(-p, kind="stable")
    before = np.cumsum(p[order]) - p[order]
    keep = order[before < mass]
    result = np.zeros_like(p)
    result[keep] = p[keep]
    return result
