"""The sum before a token may be at most P, with ≤: where it comes to P exactly one more is kept."""

import numpy as np


def top_p_probabilities(logits, temperature, mass):
    z = logits / temperature
    p = np.exp(z - z.max())
    p = p / p.sum()
    order = np.argsort(-p, kind="stable")
    before = np.cumsum(p[order]) - p[order]
    keep = order[before <= mass]
    out = np.zeros_like(p)
    out[keep] = p[keep]
    return out / out.sum()
