"""-log(softmax(z)[y]): infinite where the probability underflows.

Named: perplexity-of-what-underflowed
"""

import numpy as np


def held_out_perplexity(logits, labels):
    asked = labels >= 0
    z, y = logits[asked], labels[asked]
    m = z.max(axis=-1, keepdims=True)
    e = np.exp(z - m)
    log_p = np.log(e / e.sum(axis=-1, keepdims=True))
    losses = -log_p[np.arange(len(y)), y]
    return float(np.exp(losses.mean()))
