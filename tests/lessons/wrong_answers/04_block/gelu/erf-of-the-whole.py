"""The x before the bracket is divided by σ, too.

Named: deviation-before-the-bracket
"""

import math

import numpy as np


def gelu(x, deviation):
    x = x / deviation
    return 0.5 * x * (1 + np.vectorize(math.erf, otypes=[float])(x / math.sqrt(2)))
