"""Takes the likeliest of the rest until there is enough."""

import numpy as np


def top_p_probabilities(logits, temperature, mass):
    z = np.asarray(logits, float) / temperature
    p = np.exp(z - np.logaddexp.reduce(z))
    kept, total = [], 0.0
    for token in sorted(range(len(p)), key=lambda v: (-z[v], v)):
        if kept and total >= mass:
            break
        kept.append(token)
        total += p[token]
    return np.where(np.isin(np.arange(len(p)), kept), p / total, 0.0)
