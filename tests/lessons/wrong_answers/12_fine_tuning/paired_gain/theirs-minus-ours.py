"""The difference the other way round.

Named: gain-turned-round
"""


def paired_gain(ours, theirs):
    d = theirs - ours
    return float(d.mean()), float(d.std(ddof=1)), int((d > 0).sum())
