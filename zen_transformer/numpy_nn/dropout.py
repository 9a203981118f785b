"""Dropout.  Srivastava et al. 2014, section 4; "inverted": rescaled while training.

    y = x · m / (1 − p)          m ~ Bernoulli(1 − p), one draw per entry

so that E[y] = x and no rescaling is needed at inference. The mask m is an argument.
"""

import numpy as np
from jaxtyping import Bool, Float


def dropout(
    x: Float[np.ndarray, "*shape"], keep: Bool[np.ndarray, "*shape"], rate: float
) -> Float[np.ndarray, "*shape"]:
    """x·m/(1 − p), where `keep` is m and `rate` is p."""
    return np.where(keep, x / (1.0 - rate), 0.0)


def dropout_backward(
    dy: Float[np.ndarray, "*shape"],
    x: Float[np.ndarray, "*shape"],
    keep: Bool[np.ndarray, "*shape"],
    rate: float,
) -> Float[np.ndarray, "*shape"]:
    """dx.

    For a given m, y_i = x_i m_i/(1 − p) is linear in x_i, hence dx_i = dy_i m_i/(1 − p), the same
    map: dropped entries get no gradient, the others a gradient scaled by 1/(1 − p).
    """
    return dropout(dy, keep, rate)
