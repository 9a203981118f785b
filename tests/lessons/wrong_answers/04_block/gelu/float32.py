"""erf is computed in float32."""

import math

import numpy as np


def gelu(x):
    phi = 0.5 * (1 + np.vectorize(math.erf, otypes=[float])(x / math.sqrt(2)))
    return x * phi.astype(np.float32)
