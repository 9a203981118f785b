"""Dropout.  Srivastava et al. 2014, section 4; "inverted": rescaled while training.

    y = x · m / (1 − p)          m ~ Bernoulli(1 − p), one draw per entry

so that E[y] = x and nothing has to be done when the model is used. The draw is an argument.
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

    Once m is drawn, y_i = x_i m_i/(1 − p) is linear in x_i, hence dx_i = dy_i m_i/(1 − p):
    what was dropped hears nothing, what was kept is told louder. It is the same map again.
    """
    return dropout(dy, keep, rate)
