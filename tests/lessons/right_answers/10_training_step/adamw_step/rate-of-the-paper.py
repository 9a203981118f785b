"""As in section 2 of Kingma & Ba: both corrections in the rate, epsilon scaled with them."""

import numpy as np


def adamw_step(theta, gradient, mean, square, t, rate, decay, beta1=0.9, beta2=0.999, epsilon=1e-8):
    m = mean + (1 - beta1) * (gradient - mean)
    v = square - (1 - beta2) * (square - np.square(gradient))
    root = np.sqrt(-np.expm1(t * np.log(beta2)))
    step = rate * root / -np.expm1(t * np.log(beta1))
    return (1 - rate * decay) * theta - step * m / (np.sqrt(v) + epsilon * root), m, v
