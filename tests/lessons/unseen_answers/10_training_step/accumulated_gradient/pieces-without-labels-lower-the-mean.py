"""Each piece's mean is averaged over the pieces that have something."""

import numpy as np


def accumulated_gradient(gradients, weights):
    out = 0.0
    for name, g in gradients.items():
        w = weights[name]
        some = w > 0
        if some.any():
            out = out + (g[some] / w[some, None]).mean(axis=0)
        else:
            out = out + np.zeros(g.shape[1])
    return out
