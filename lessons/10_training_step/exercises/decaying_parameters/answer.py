def decaying_parameters(names: list[str]) -> list[bool]:
    """Kernels and tables."""
    return [name.split("/")[-1] in ("kernel", "table") for name in names]
