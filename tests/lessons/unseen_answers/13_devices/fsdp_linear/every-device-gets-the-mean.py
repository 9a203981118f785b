"""The sum over devices is a mean: divided by their number."""

import numpy as np


def fsdp_linear(x, kernel, dy):
    w = np.concatenate(list(kernel))
    dw = np.einsum("deh,deo->ho", x, dy) / len(x)
    return x @ w, dw.reshape(kernel.shape)
