"""Cuts until one place is left over.

Named: cut-one-token-too-many
"""


def cut_pair(first, second, length):
    room = length - 3
    a, b = len(first), len(second)
    while a + b >= room:
        if a > b:
            a -= 1
        else:
            b -= 1
    return first[len(first) - a :], second[:b]
