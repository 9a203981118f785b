"""Only kernels decay."""


def decaying_parameters(names):
    return [name.split("/")[-1] == "kernel" for name in names]
