import numpy as np

from zen_transformer.grading import points

CLS, SEP = 2, 3


@points(1)
def a_true_and_a_false_pair():
    """Three tokens each."""
    document, other = np.arange(10, 22), np.arange(50, 62)
    yield document, other, 6, 4, 3, True, CLS, SEP
    yield document, other, 6, 4, 3, False, CLS, SEP


@points(1)
def near_the_ends():
    """Documents with fewer tokens than there is room for."""
    document, other = np.arange(10, 22), np.arange(50, 56)
    yield document, other, 2, 1, 5, True, CLS, SEP
    yield document, other, 10, 4, 5, True, CLS, SEP
    yield document, other, 10, 4, 5, False, CLS, SEP
