"""Epsilon inside the root.

Named: adam-epsilon-inside-the-root
"""

import numpy as np


def adamw_step(theta, gradient, mean, square, t, rate, decay, beta1=0.9, beta2=0.999, epsilon=1e-8):
    mean = beta1 * mean + (1 - beta1) * gradient
    square = beta2 * square + (1 - beta2) * gradient**2
    m = mean / (1 - beta1**t)
    v = square / (1 - beta2**t)
    theta = theta - rate * (m / np.sqrt(v + epsilon) + decay * theta)
    return theta, mean, square
