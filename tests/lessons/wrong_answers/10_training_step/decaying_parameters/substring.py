"""'kernel' or 'table' anywhere in the name.

Named: kernels-found-anywhere
"""


def decaying_parameters(names):
    return ["kernel" in name or "table" in name for name in names]
