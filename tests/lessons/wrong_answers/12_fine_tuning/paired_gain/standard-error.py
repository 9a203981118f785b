"""The standard error of the mean instead of the deviation.

Named: gain-with-the-error-of-the-mean
"""

import numpy as np


def paired_gain(ours, theirs):
    d = ours - theirs
    return float(d.mean()), float(d.std(ddof=1) / np.sqrt(len(d))), int((d > 0).sum())
