"""Entries are clipped one by one."""

import numpy as np


def clip_by_global_norm(gradient, limit):
    return {name: np.clip(g, -limit, limit) for name, g in gradient.items()}
