import math

import numpy as np


def gelu(x: np.ndarray) -> np.ndarray:
    """The Gaussian error linear unit, exactly.

        gelu(x) = x Φ(x) = x/2 · (1 + erf(x/√2))          entry by entry

    NumPy has no erf. `math.erf` takes one number, `np.vectorize` makes it take arrays, and
    `jax.scipy.special.erf` takes them as it is.

    Args:
        x: floats of any shape.

    Returns:
        The same shape.
    """
    erf = np.vectorize(math.erf, otypes=[float])
    return 0.5 * x * (1 + erf(x / math.sqrt(2)))
