"""The share of seeds instead of their number.

Named: share-of-gains
"""


def paired_gain(ours, theirs):
    d = ours - theirs
    return float(d.mean()), float(d.std(ddof=1)), float((d > 0).mean())
