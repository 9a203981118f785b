"""endswith without the part: 'timetable' is a table.

Named: decay-by-the-end-of-the-name
"""


def decaying_parameters(names):
    return [name.endswith(("kernel", "table")) for name in names]
