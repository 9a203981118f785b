"""The deviation is √(s₁² + s₂²), as if the runs were not paired."""

import numpy as np


def paired_gain(ours, theirs):
    s = np.sqrt(ours.var(ddof=1) + theirs.var(ddof=1))
    return float(ours.mean() - theirs.mean()), float(s), int((ours > theirs).sum())
