"""The relative gain.

Named: gain-as-a-part
"""


def paired_gain(ours, theirs):
    d = (ours - theirs) / theirs
    return float(d.mean()), float(d.std(ddof=1)), int((d > 0).sum())
