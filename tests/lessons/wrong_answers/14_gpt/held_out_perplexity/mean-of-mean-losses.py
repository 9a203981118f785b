"""exp of the mean of the texts' mean losses.

Named: perplexity-mean-of-the-texts-losses
"""

import numpy as np


def held_out_perplexity(logits, labels):
    m = logits.max(axis=-1, keepdims=True)
    log_p = logits - m - np.log(np.exp(logits - m).sum(axis=-1, keepdims=True))
    picked = np.take_along_axis(log_p, np.maximum(labels, 0)[..., None], axis=-1)[..., 0]
    asked = labels >= 0
    losses = -(picked * asked).sum(axis=1) / asked.sum(axis=1)
    return float(np.exp(losses.mean()))
