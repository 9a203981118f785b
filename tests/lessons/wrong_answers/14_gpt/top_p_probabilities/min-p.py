"""What is at least P times the likeliest is kept.

Named: top-p-as-min-p
"""

import numpy as np


def top_p_probabilities(logits, temperature, mass):
    z = logits / temperature
    e = np.exp(z - z.max())
    p = e / e.sum()
    order = np.argsort(-p, kind="stable")
    before = np.cumsum(p[order]) - p[order]
    keep = order[p[order] >= mass * p.max()]
    result = np.zeros_like(p)
    result[keep] = p[keep]
    return result / result.sum()
