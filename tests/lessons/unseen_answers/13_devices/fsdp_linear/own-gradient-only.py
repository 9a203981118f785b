"""Each device keeps the gradient of its own examples for its rows, without the sum."""

import numpy as np


def fsdp_linear(x, kernel, dy):
    w = kernel.reshape(-1, kernel.shape[-1])
    y = x @ w
    dw = np.einsum("deh,deo->dho", x, dy)
    rows = kernel.shape[1]
    return y, np.stack([dw[d, d * rows : (d + 1) * rows] for d in range(len(kernel))])
