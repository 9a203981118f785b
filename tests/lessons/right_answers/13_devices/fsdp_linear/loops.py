"""Loops over the devices with concatenate and split."""

import numpy as np


def fsdp_linear(x, kernel, dy):
    whole = np.concatenate(list(kernel))
    total = sum(x[d].T @ dy[d] for d in range(len(x)))
    return np.array([xd @ whole for xd in x]), np.array(np.split(total, len(kernel)))
