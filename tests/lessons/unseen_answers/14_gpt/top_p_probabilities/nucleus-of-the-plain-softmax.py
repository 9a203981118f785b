"""The nucleus is found without the temperature, which is used only afterwards."""

import numpy as np


def top_p_probabilities(logits, temperature, mass):
    p = np.exp(logits - logits.max())
    p /= p.sum()
    order = np.argsort(-p, kind="stable")
    n = np.searchsorted(np.cumsum(p[order]), mass) + 1
    out = np.zeros(len(p))
    z = logits[order[:n]] / temperature
    e = np.exp(z - z.max())
    out[order[:n]] = e / e.sum()
    return out
