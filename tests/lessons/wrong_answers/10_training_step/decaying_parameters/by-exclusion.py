"""Whatever is no bias and no scale decays.

Named: decay-by-exclusion
"""


def decaying_parameters(names):
    return [name.split("/")[-1] not in ("bias", "scale") for name in names]
