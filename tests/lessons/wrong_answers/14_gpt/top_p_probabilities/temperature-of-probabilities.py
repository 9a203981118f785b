"""The probabilities are divided by the temperature instead of the logits.

Named: temperature-behind-the-nucleus
"""

import numpy as np


def top_p_probabilities(logits, temperature, mass):
    z = logits * 1.0
    e = np.exp(z - z.max())
    p = e / e.sum() / temperature
    order = np.argsort(-p, kind="stable")
    before = np.cumsum(p[order]) - p[order]
    keep = order[before < mass]
    result = np.zeros_like(p)
    result[keep] = p[keep]
    return result / result.sum()
