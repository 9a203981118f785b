import numpy as np

from zen_transformer.grading import points

PAD, CLS, SEP = 0, 2, 3


def drawn(rng, rows, length):
    """Rows of one sentence or two, of any lengths, with padding behind; the ids begin at 5."""
    ids = np.full((rows, length), PAD)
    for row, sentences in enumerate(rng.permutation(np.arange(rows) % 2) + 1):
        text = [CLS]
        for _ in range(sentences):
            text += [*rng.integers(5, 50, rng.integers(1, length // 2 - 1)), SEP]
        ids[row, : len(text)] = text
    return ids


@points(1)
def a_pair(rng):
    """Two sentences of different length."""
    yield np.array([[CLS, 7, SEP, 8, SEP]]), SEP, PAD
    yield np.array([[CLS, 7, 8, 9, SEP, 8, SEP]]), SEP, PAD
    first, second = rng.integers(5, 50, rng.integers(2, 6)), rng.integers(5, 50, 4)
    yield np.array([[CLS, *first, SEP, *second, SEP]]), SEP, PAD


@points(1)
def padding_and_single_sentences(rng):
    """Rows with padding, and rows with one sentence."""
    yield np.array([[CLS, 7, SEP, PAD]]), SEP, PAD
    rows = [
        [CLS, 7, 8, 9, SEP, PAD, PAD],
        [CLS, 7, 8, SEP, 9, SEP, PAD],
        [CLS, 7, SEP, 8, 9, 5, SEP],
        [CLS, 7, 8, 9, SEP, PAD, PAD],
    ]
    yield np.array(rows), SEP, PAD
    yield np.array(rows) + 100, SEP + 100, PAD + 100
    yield drawn(rng, int(rng.integers(4, 7)), int(rng.integers(9, 14))) + 50, SEP + 50, PAD + 50
