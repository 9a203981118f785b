"""All that are as likely as the last kept one are kept.

Named: top-p-keeps-all-equals
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
    kept = p >= p[keep].min()
    result[kept] = p[kept]
    return result / result.sum()
