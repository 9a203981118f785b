"""In a loop over texts dW is overwritten.

Named: kernel-gradient-of-the-last-text
"""

import numpy as np


def linear_backward(dy, x, kernel):
    texts_x = x.reshape(-1, *x.shape[-2:])
    texts_dy = dy.reshape(-1, *dy.shape[-2:])
    dw = np.zeros(kernel.shape)
    for one, gradient in zip(texts_x, texts_dy, strict=True):
        dw = one.T @ gradient
    return dy @ kernel.T, dw, dy.reshape(-1, dy.shape[-1]).sum(axis=0)
