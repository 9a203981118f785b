"""Every device keeps the whole gradient."""

import numpy as np


def fsdp_linear(x, kernel, dy):
    whole = kernel.reshape(-1, kernel.shape[-1])
    y = x @ whole
    dw = np.einsum("deh,deo->ho", x, dy)
    return y, np.tile(dw, (len(x), 1, 1))
