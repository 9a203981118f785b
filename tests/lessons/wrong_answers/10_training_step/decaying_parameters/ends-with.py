"""endswith without the part: 'timetable' is a table."""


def decaying_parameters(names):
    return [name.endswith(("kernel", "table")) for name in names]
