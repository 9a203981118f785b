"""Device d multiplies its columns of x with its own rows, nothing is gathered.

Named: all-gather-forgotten
"""

import numpy as np


def fsdp_linear(x, kernel, dy):
    whole = kernel.reshape(-1, kernel.shape[-1])
    parts = x.reshape(*x.shape[:2], len(x), -1)
    y = np.stack([parts[d, :, d] @ kernel[d] for d in range(len(x))])
    dw = np.einsum("deh,deo->ho", x, dy)
    return y, dw.reshape(kernel.shape)
