import numpy as np

from zen_transformer.grading import points


def drawn(seed, labels, vocab, epsilon, size=1.0):
    labels = np.array(labels)
    logits = size * np.random.default_rng(seed).normal(size=(*labels.shape, vocab))
    return logits, labels, epsilon


@points(1)
def by_hand():
    """p = 1/2, 1/4, 1/8, 1/8 with ε = 0.4; and without smoothing."""
    logits = np.log([[[0.5, 0.25, 0.125, 0.125]]])
    yield logits, np.array([[0]]), 0.4
    yield logits, np.array([[2]]), 0.4
    yield logits, np.array([[1]]), 0.0


@points(1)
def with_padding():
    """Texts of unequal length: places that ask for nothing take no part."""
    yield drawn(0, [[1, 3, -100, -100], [2, 0, 3, 1]], 4, 0.1)
    yield drawn(1, [[4, -100, -100], [2, 0, -100], [5, 1, 3]], 6, 0.2, 2.0)


@points(1)
def large_logits():
    """Logits in the thousands."""
    yield np.array([[[3000.0, 2999.0, 2990.0], [5.0, 1.0, 2.0]]]), np.array([[1, -100]]), 0.1
    yield (
        np.array([[[-2000.0, -2001.0], [1.0, 2.0]], [[4.0, 1.0]] * 2]),
        np.array([[0, 1], [1, -100]]),
        0.3,
    )
