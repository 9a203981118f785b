"""Equal runs count as won.

Named: ties-counted-as-gains
"""


def paired_gain(ours, theirs):
    d = ours - theirs
    return float(d.mean()), float(d.std(ddof=1)), int((d >= 0).sum())
