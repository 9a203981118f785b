"""Every device keeps the whole gradient.

Named: whole-gradient-on-every-device
"""

import numpy as np


def fsdp_linear(x, kernel, dy):
    whole = kernel.reshape(-1, kernel.shape[-1])
    y = x @ whole
    dw = np.einsum("deh,deo->ho", x, dy)
    return y, np.tile(dw, (len(x), 1, 1))
