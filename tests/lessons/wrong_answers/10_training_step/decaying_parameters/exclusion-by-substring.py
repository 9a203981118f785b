"""Whatever has no 'bias' and no 'scale' in its name decays."""


def decaying_parameters(names):
    return [not ("bias" in name or "scale" in name) for name in names]
