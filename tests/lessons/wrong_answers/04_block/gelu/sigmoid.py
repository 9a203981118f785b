"""The sigmoid approximation x σ(1.702 x).

Named: sigmoid-gelu
"""

import numpy as np


def gelu(x, deviation):
    return x / (1 + np.exp(-1.702 * x / deviation))
