"""rpartition and a set."""


def decaying_parameters(names):
    last = (name.rpartition("/")[2] for name in names)
    return list(map({"kernel", "table"}.__contains__, last))
