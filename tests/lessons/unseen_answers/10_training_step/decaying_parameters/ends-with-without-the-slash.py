"""name.endswith("kernel") or "table": "nonkernel" or a "timetable" count, too."""


def decaying_parameters(names):
    return [name.endswith(("kernel", "table")) for name in names]
