"""Both give up the same share."""


def cut_pair(first, second, length):
    room = length - 3
    total = len(first) + len(second)
    if total <= room:
        return first, second
    a = round(len(first) * room / total)
    b = room - a
    return first[len(first) - a :], second[:b]
