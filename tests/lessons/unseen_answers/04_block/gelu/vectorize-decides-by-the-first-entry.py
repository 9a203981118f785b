"""np.vectorize without otypes and on whole numbers: the first result decides on integers."""

import math

import numpy as np


def gelu(x, deviation):
    one = np.vectorize(lambda v: v * 0.5 * (1 + math.erf(v / deviation / 2**0.5)) if v else 0)
    return one(x)
