import numpy as np

from zen_transformer.grading import points


def labelled(rng, texts, places, vocab):
    """Labels of texts of unequal length, which ask for the id 0 as well."""
    labels = rng.integers(0, vocab, (texts, places))
    labels[rng.random(labels.shape) < 0.2] = -100
    for row, length in zip(labels, [places, 1, *rng.integers(2, places, texts)], strict=False):
        row[length:] = -100
        row[0] = rng.integers(1, vocab)
    labels[0, 1] = 0
    return labels


def drawn(rng, size=1.0, offset=0.0):
    texts, places, vocab = (int(n) for n in rng.permutation([2, 3, 4, 5, 6])[:3])
    labels = labelled(rng, texts, places + 1, vocab)
    return offset + size * rng.normal(size=(*labels.shape, vocab)), labels


@points(1)
def by_hand():
    """Eight tokens that are alike; one text with p = 1/2 and 1/4, 1/4."""
    yield np.zeros((1, 2, 8)), np.array([[3, 5]])
    yield np.log([[[0.5, 0.25, 0.25]] * 3]), np.array([[0, 1, 2]])


@points(1)
def unequal_texts(rng):
    """Texts of different length, with places that ask for nothing."""
    yield drawn(rng)
    yield drawn(rng, 2.0)


@points(1)
def large_logits(rng):
    """Logits in the thousands, and labels that were held nearly impossible."""
    large = np.array([[[3000.0, 2999.0, 0.0], [-2000.0, 1.0, 2.0]], [[5.0, 4.0, 4.0], [0, 0, 0]]])
    yield large, np.array([[1, 2], [0, -100]])
    yield drawn(rng, offset=3000.0)
    logits, labels = rng.normal(size=(2, 6, 5)), rng.integers(1, 5, (2, 6))
    for loss in (60.0, 900.0):
        unlikely = logits.copy()
        unlikely[1, 2, 0] += loss
        yield unlikely, labels
