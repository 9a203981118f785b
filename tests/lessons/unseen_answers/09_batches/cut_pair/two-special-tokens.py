"""Places for two special tokens only."""


def cut_pair(first, second, length):
    while len(first) + len(second) > length - 2:
        if len(first) > len(second):
            first = first[1:]
        else:
            second = second[:-1]
    return first, second
