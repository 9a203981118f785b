"""The perplexity of each text, and then their mean."""

import numpy as np


def held_out_perplexity(logits, labels):
    m = logits.max(-1, keepdims=True)
    logp = logits - m - np.log(np.exp(logits - m).sum(-1, keepdims=True))
    each = []
    for lp, y in zip(logp, labels):
        asked = np.flatnonzero(y != -100)
        each.append(np.exp(-lp[asked, y[asked]].mean()))
    return float(np.mean(each))
