"""A loop over the two sublayers, with the equations written out for the norm."""

import numpy as np


def transformer_block(x, parameters):
    sublayers = (("attention", attention), ("feed_forward", feed_forward))
    for name, sublayer in sublayers:
        norm = parameters[f"{name}_norm"]
        s = sublayer(x, parameters[name]) + x
        s = s - np.einsum("ti->t", s)[:, None] / s.shape[1]
        variance = np.einsum("ti,ti->t", s, s)[:, None] / s.shape[1]
        x = norm["bias"] + norm["scale"] * s * (variance + 1e-12) ** -0.5
    return x
