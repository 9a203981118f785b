import math

import numpy as np


def gelu(x: np.ndarray, deviation: float) -> np.ndarray:
    erf = np.vectorize(math.erf, otypes=[float])
    return 0.5 * x * (1 + erf(x / (deviation * math.sqrt(2))))
