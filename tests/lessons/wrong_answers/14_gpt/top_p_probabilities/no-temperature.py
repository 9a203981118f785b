"""The temperature is forgotten.

Named: temperature-without-effect
"""

import numpy as np


def top_p_probabilities(logits, temperature, mass):
    z = logits * 1.0
    e = np.exp(z - z.max())
    p = e / e.sum()
    order = np.argsort(-p, kind="stable")
    before = np.cumsum(p[order]) - p[order]
    keep = order[before < mass]
    result = np.zeros_like(p)
    result[keep] = p[keep]
    return result / result.sum()
