"""Only the gradient is dealt out like cards.

Named: gradient-rows-scattered-in-turn
"""

import numpy as np


def fsdp_linear(x, kernel, dy):
    whole = kernel.reshape(-1, kernel.shape[-1])
    y = x @ whole
    dw = np.einsum("deh,deo->ho", x, dy)
    return y, dw.reshape(kernel.shape[1], kernel.shape[0], -1).transpose(1, 0, 2)
