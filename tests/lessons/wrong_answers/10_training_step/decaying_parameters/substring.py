"""'kernel' or 'table' anywhere in the name."""


def decaying_parameters(names):
    return ["kernel" in name or "table" in name for name in names]
