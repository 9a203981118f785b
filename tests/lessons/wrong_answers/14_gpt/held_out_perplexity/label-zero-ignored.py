"""A label of 0 counts as nothing asked.

Named: perplexity-without-the-id-zero
"""

import numpy as np


def held_out_perplexity(logits, labels):
    asked = labels > 0
    z, y = logits[asked], labels[asked]
    m = z.max(axis=-1, keepdims=True)
    log_p = z - m - np.log(np.exp(z - m).sum(axis=-1, keepdims=True))
    losses = -log_p[np.arange(len(y)), y]
    return float(np.exp(losses.mean()))
