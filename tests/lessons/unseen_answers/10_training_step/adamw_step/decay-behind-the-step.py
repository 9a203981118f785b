"""Decay is applied to the weights after the step, as a factor: (θ − η û)(1 − ηλ)."""

import numpy as np


def adamw_step(theta, gradient, mean, square, t, rate, decay, beta1=0.9, beta2=0.999, epsilon=1e-8):
    mean = beta1 * mean + (1 - beta1) * gradient
    square = beta2 * square + (1 - beta2) * gradient * gradient
    m, v = mean / (1 - beta1**t), square / (1 - beta2**t)
    theta = theta - rate * m / (np.sqrt(v) + epsilon)
    return theta * (1 - rate * decay), mean, square
