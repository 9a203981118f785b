import numpy as np

from zen_transformer.grading import points

PAD, CLS, SEP = 0, 2, 3


@points(1)
def a_pair():
    """Two sentences of different length."""
    yield np.array([[CLS, 7, SEP, 8, SEP]]), SEP, PAD
    yield np.array([[CLS, 7, 8, 9, SEP, 8, SEP]]), SEP, PAD


@points(1)
def padding_and_single_sentences():
    """Rows with padding, and rows with one sentence."""
    yield np.array([[CLS, 7, SEP, PAD]]), SEP, PAD
    rows = [
        [CLS, 7, 8, SEP, 9, SEP, PAD],
        [CLS, 7, SEP, 8, 9, 5, SEP],
        [CLS, 7, 8, 9, SEP, PAD, PAD],
    ]
    yield np.array(rows), SEP, PAD
    yield np.array(rows) + 100, SEP + 100, PAD + 100
