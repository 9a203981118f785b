"""The gradient is the mean over the devices.

Named: scattered-gradient-averaged
"""

import numpy as np


def fsdp_linear(x, kernel, dy):
    whole = kernel.reshape(-1, kernel.shape[-1])
    y = x @ whole
    dw = np.einsum("deh,deo->ho", x, dy)
    return y, dw.reshape(kernel.shape) / len(x)
