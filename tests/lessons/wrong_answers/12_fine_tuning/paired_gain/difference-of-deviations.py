"""The difference of the deviations.

Named: deviations-subtracted
"""


def paired_gain(ours, theirs):
    d = ours - theirs
    return float(d.mean()), float(ours.std(ddof=1) - theirs.std(ddof=1)), int((d > 0).sum())
