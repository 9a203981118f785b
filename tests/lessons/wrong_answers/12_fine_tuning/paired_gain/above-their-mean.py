"""Counts the seeds in which ours is above the mean of theirs.

Named: gains-over-the-mean
"""


def paired_gain(ours, theirs):
    d = ours - theirs
    return float(d.mean()), float(d.std(ddof=1)), int((ours > theirs.mean()).sum())
