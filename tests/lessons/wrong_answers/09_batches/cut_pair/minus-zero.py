"""first[-a:] keeps everything where nothing is to be left of A.

Named: first-passage-kept-whole-where-nothing-is-left
"""


def cut_pair(first, second, length):
    room = length - 3
    a, b = len(first), len(second)
    while a + b > room:
        if a > b:
            a -= 1
        else:
            b -= 1
    return first[-a:], second[:b]
