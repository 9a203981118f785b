"""What has 'norm' in its name does not decay, and no bias.

Named: decay-without-norms
"""


def decaying_parameters(names):
    return ["norm" not in name and not name.endswith("bias") for name in names]
