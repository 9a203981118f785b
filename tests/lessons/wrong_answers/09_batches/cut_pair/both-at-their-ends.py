"""A gives up its last tokens as well.

Named: first-passage-cut-at-its-end
"""


def cut_pair(first, second, length):
    room = length - 3
    a, b = len(first), len(second)
    while a + b > room:
        if a > b:
            a -= 1
        else:
            b -= 1
    return first[:a], second[:b]
