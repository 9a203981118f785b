"""The probabilities are clipped at 1e-15.

Named: perplexity-of-clipped-probabilities
"""

import numpy as np


def held_out_perplexity(logits, labels):
    asked = labels >= 0
    z, y = logits[asked], labels[asked]
    m = z.max(axis=-1, keepdims=True)
    e = np.exp(z - m)
    log_p = np.log(np.clip(e / e.sum(axis=-1, keepdims=True), 1e-15, None))
    losses = -log_p[np.arange(len(y)), y]
    return float(np.exp(losses.mean()))
