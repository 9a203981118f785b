import numpy as np


def cut_pair(first: np.ndarray, second: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray]:
    """The last tokens of A and the first of B."""
    a, b = len(first), len(second)
    room = length - 3
    while a + b > room:
        if a > b:
            a -= 1
        else:
            b -= 1
    return first[len(first) - a :], second[:b]
