"""The deviation is divided by n.

Named: gain-with-deviation-by-n
"""


def paired_gain(ours, theirs):
    d = ours - theirs
    return float(d.mean()), float(d.std(ddof=0)), int((d > 0).sum())
