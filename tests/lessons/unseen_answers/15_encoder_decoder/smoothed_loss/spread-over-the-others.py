"""ε is spread over the C − 1 other tokens, and the label keeps 1 − ε."""

import numpy as np


def smoothed_loss(logits, labels, epsilon):
    m = logits.max(-1, keepdims=True)
    logp = logits - m - np.log(np.exp(logits - m).sum(-1, keepdims=True))
    c = logits.shape[-1]
    asked = labels != -100
    y = np.where(asked, labels, 0)
    right = np.take_along_axis(logp, y[..., None], -1)[..., 0]
    others = (logp.sum(-1) - right) / (c - 1)
    each = -((1 - epsilon) * right + epsilon * others)
    return (each * asked).sum(1) / asked.sum(1)
