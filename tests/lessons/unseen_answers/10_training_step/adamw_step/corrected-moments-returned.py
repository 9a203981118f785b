"""The corrected m̂ and v̂ are returned as the state."""

import numpy as np


def adamw_step(theta, gradient, mean, square, t, rate, decay, beta1=0.9, beta2=0.999, epsilon=1e-8):
    m = (beta1 * mean + (1 - beta1) * gradient) / (1 - beta1**t)
    v = (beta2 * square + (1 - beta2) * gradient**2) / (1 - beta2**t)
    return theta - rate * (m / (np.sqrt(v) + epsilon) + decay * theta), m, v
