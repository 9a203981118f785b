"""The factor ½ is forgotten.

Named: gelu-not-halved
"""

import math

import numpy as np


def gelu(x, deviation):
    return x * (1 + np.vectorize(math.erf, otypes=[float])(x / (deviation * math.sqrt(2))))
