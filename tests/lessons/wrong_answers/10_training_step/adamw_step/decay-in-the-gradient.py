"""Adam with L2: the decay is added to the gradient.

Named: decay-added-to-the-gradient
"""

import numpy as np


def adamw_step(theta, gradient, mean, square, t, rate, decay, beta1=0.9, beta2=0.999, epsilon=1e-8):
    gradient = gradient + decay * theta
    mean = beta1 * mean + (1 - beta1) * gradient
    square = beta2 * square + (1 - beta2) * gradient**2
    m = mean / (1 - beta1**t)
    v = square / (1 - beta2**t)
    theta = theta - rate * (m / (np.sqrt(v) + epsilon))
    return theta, mean, square
