"""'kernel' anywhere in the name, and no tables."""


def decaying_parameters(names):
    return ["kernel" in n for n in names]
