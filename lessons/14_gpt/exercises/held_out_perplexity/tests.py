import numpy as np

from zen_transformer.grading import points


def drawn(seed, labels, vocab, size=1.0):
    labels = np.array(labels)
    logits = size * np.random.default_rng(seed).normal(size=(*labels.shape, vocab))
    return logits, labels


@points(1)
def by_hand():
    """Eight tokens that are alike; one text with p = 1/2 and 1/4, 1/4."""
    yield np.zeros((1, 2, 8)), np.array([[3, 5]])
    yield np.log([[[0.5, 0.25, 0.25]] * 3]), np.array([[0, 1, 2]])


@points(1)
def unequal_texts():
    """Texts of different length, with places that ask for nothing."""
    yield drawn(0, [[1, -100, -100], [2, 0, 3]], 4)
    yield drawn(1, [[4, 0, 2, 1, 3], [-100, -100, 1, 0, -100], [2, -100, -100, -100, -100]], 5, 2.0)


@points(1)
def large_logits():
    """Logits in the thousands."""
    large = np.array([[[3000.0, 2999.0, 0.0], [-2000.0, 1.0, 2.0]], [[5.0, 4.0, 4.0], [0, 0, 0]]])
    yield large, np.array([[1, 2], [0, -100]])
