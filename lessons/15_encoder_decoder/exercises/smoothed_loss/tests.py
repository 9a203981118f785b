import numpy as np

from zen_transformer.grading import points


def drawn(rng, epsilon, size=1.0, offset=0.0):
    """Texts of unequal length, which ask for the id 0 as well."""
    texts, length, vocab = (int(n) for n in rng.permutation([2, 3, 4, 5, 6, 7])[:3])
    labels = rng.integers(0, vocab, (texts, length + 1))
    for row, end in zip(labels, [length + 1, 2, *rng.integers(2, length + 2, texts)], strict=False):
        row[0] = rng.integers(1, vocab)
        row[end:] = -100
    labels[0, 1] = 0
    return offset + size * rng.normal(size=(*labels.shape, vocab)), labels, epsilon


@points(1)
def by_hand():
    """p = 1/2, 1/4, 1/8, 1/8 with ε = 0.4; and without smoothing."""
    logits = np.log([[[0.5, 0.25, 0.125, 0.125]]])
    yield logits, np.array([[0]]), 0.4
    yield logits, np.array([[2]]), 0.4
    yield logits, np.array([[1]]), 0.0


@points(1)
def with_padding(rng):
    """Texts of unequal length: places that ask for nothing take no part."""
    yield drawn(rng, 0.1)
    yield drawn(rng, float(rng.uniform(0.1, 0.5)), size=2.0)


@points(1)
def large_logits(rng):
    """Logits in the thousands, close to each other and far apart."""
    yield np.array([[[3000.0, 2999.0, 2990.0], [5.0, 1.0, 2.0]]]), np.array([[1, -100]]), 0.1
    yield (
        np.array([[[-2000.0, -2001.0], [1.0, 2.0]], [[4.0, 1.0]] * 2]),
        np.array([[0, 1], [1, -100]]),
        0.3,
    )
    yield drawn(rng, 0.1, offset=2000.0)
    for size in (30.0, 1000.0):
        yield drawn(rng, 0.2, size)
