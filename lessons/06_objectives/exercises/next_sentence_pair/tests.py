import numpy as np

from zen_transformer.grading import points

CLS, SEP = 2, 3


@points(1)
def a_true_and_a_false_pair(rng):
    """A few tokens each."""
    document, other = np.arange(10, 22), np.arange(50, 62)
    yield document, other, 6, 4, 3, True, CLS, SEP
    yield document, other, 6, 4, 3, False, CLS, SEP
    document, other = rng.integers(10, 99, (2, 20))
    end, start, tokens = map(int, rng.permutation([6, 8, 5]) + rng.integers(0, 3))
    yield document, other, end, start, min(tokens, end), bool(rng.integers(2)), CLS + 100, SEP


@points(1)
def near_the_ends(rng):
    """Documents with fewer tokens than there is room for."""
    document, other = np.arange(10, 22), np.arange(50, 56)
    yield document, other, 2, 1, 5, True, CLS, SEP
    yield document, other, 10, 4, 5, True, CLS, SEP
    yield document, other, 10, 4, 5, False, CLS, SEP
    document, other = rng.integers(10, 99, 12), rng.integers(10, 99, int(rng.integers(5, 8)))
    end, tokens = int(rng.integers(2, 5)), int(rng.integers(6, 9))
    yield document, other, end, 2, tokens, True, CLS, SEP
    yield document, other, end, 2, tokens, False, CLS, SEP
