"""Each device keeps its rows of its own gradient.

Named: scattered-gradient-not-summed
"""

import numpy as np


def fsdp_linear(x, kernel, dy):
    whole = kernel.reshape(-1, kernel.shape[-1])
    y = x @ whole
    own = np.einsum("deh,deo->dho", x, dy).reshape(len(x), *kernel.shape)
    dw = own[np.arange(len(x)), np.arange(len(x))]
    return y, dw.reshape(kernel.shape)
