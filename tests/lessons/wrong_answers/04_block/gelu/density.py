"""The density of the normal distribution in place of its integral."""

import numpy as np


def gelu(x, deviation):
    return x * np.exp(-0.5 * (x / deviation) ** 2) / np.sqrt(2 * np.pi)
