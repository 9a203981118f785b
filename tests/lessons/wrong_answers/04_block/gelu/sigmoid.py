"""The sigmoid approximation x σ(1.702 x)."""

import numpy as np


def gelu(x):
    return x / (1 + np.exp(-1.702 * x))
