import numpy as np

from zen_transformer.grading import points


def passages(a, b):
    """A is 1, 2, 3, … and B is 101, 102, …"""
    return np.arange(1, a + 1), np.arange(101, 101 + b)


@points(1)
def enough_room():
    """Everything fits, and is kept."""
    yield *passages(1, 1), 2
    yield *passages(3, 2), 9


@points(1)
def longest_first():
    """A is longer, B is longer, both are equal, one is very short."""
    yield *passages(5, 2), 5
    yield *passages(2, 7), 6
    yield *passages(4, 4), 5
    yield *passages(9, 6), 7
    yield *passages(1, 12), 8
    yield *passages(12, 0), 5
