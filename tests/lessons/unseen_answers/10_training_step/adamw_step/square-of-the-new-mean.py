"""v uses the new mean squared in place of the gradient squared."""

import numpy as np


def adamw_step(theta, gradient, mean, square, t, rate, decay, beta1=0.9, beta2=0.999, epsilon=1e-8):
    mean = beta1 * mean + (1 - beta1) * gradient
    square = beta2 * square + (1 - beta2) * mean**2
    m, v = mean / (1 - beta1**t), square / (1 - beta2**t)
    return theta - rate * (m / (np.sqrt(v) + epsilon) + decay * theta), mean, square
