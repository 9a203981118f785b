"""The names that decay instead of a boolean for each.

Named: names-for-booleans
"""


def decaying_parameters(names):
    return [name for name in names if name.split("/")[-1] in ("kernel", "table")]
