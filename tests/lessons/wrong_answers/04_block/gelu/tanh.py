"""The tanh approximation.

Named: tanh-gelu
"""

import numpy as np


def gelu(x, deviation):
    return (
        0.5
        * x
        * (1 + np.tanh(np.sqrt(2 / np.pi) * (x / deviation + 0.044715 * (x / deviation) ** 3)))
    )
