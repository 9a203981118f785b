"""The passage that is longer at first gives up everything that is too much."""


def cut_pair(first, second, length):
    too_many = len(first) + len(second) + 3 - length
    if too_many <= 0:
        return first, second
    if len(first) > len(second):
        return first[too_many:], second
    return first, second[: max(len(second) - too_many, 0)]
