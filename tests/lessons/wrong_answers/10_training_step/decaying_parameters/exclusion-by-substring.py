"""Whatever has no 'bias' and no 'scale' in its name decays.

Named: decay-without-bias-or-scale-anywhere
"""


def decaying_parameters(names):
    return [not ("bias" in name or "scale" in name) for name in names]
