"""The deviation of two independent samples.

Named: deviations-added
"""

import numpy as np


def paired_gain(ours, theirs):
    d = ours - theirs
    return (
        float(d.mean()),
        float(np.sqrt(ours.var(ddof=1) + theirs.var(ddof=1))),
        int((d > 0).sum()),
    )
