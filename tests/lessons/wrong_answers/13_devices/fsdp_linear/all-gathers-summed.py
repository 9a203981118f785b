"""psum of the kernels instead of all_gather, repeated for each device's rows.

Named: kernels-summed-for-gathered
"""

import numpy as np


def fsdp_linear(x, kernel, dy):
    whole = np.tile(kernel.sum(axis=0), (len(kernel), 1))
    y = x @ whole
    dw = np.einsum("deh,deo->ho", x, dy)
    return y, dw.reshape(kernel.shape)
