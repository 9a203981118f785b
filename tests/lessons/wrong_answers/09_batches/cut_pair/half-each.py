"""Each gets half of the room, also where the other does not need its half."""


def cut_pair(first, second, length):
    room = length - 3
    if len(first) + len(second) <= room:
        return first, second
    a = min(len(first), (room + 1) // 2)
    b = min(len(second), room // 2)
    return first[len(first) - a :], second[:b]
