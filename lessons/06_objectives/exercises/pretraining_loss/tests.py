import numpy as np

from zen_transformer.grading import points


def drawn(seed, labelled, vocab=6, scale=2.0):
    """Logits and labels; `labelled` is [batch, length]."""
    rng, labelled = np.random.default_rng(seed), np.array(labelled, bool)
    labels = np.where(labelled, rng.integers(1, vocab, labelled.shape), -100)
    pairs = rng.permutation(np.arange(len(labelled)) % 2)
    return (
        scale * rng.normal(size=(*labelled.shape, vocab)),
        labels,
        scale * rng.normal(size=(len(labelled), 2)),
        pairs,
    )


@points(1)
def two_sequences():
    """Two sequences, two questions each."""
    yield drawn(0, [[0, 1, 1], [1, 0, 1]])


@points(1)
def as_many_questions_as_it_happens():
    """Sequences with one question and with four."""
    yield drawn(1, [[0, 1, 0, 0, 0], [1, 1, 0, 1, 1], [0, 0, 1, 1, 0]])
    yield drawn(2, [[0, 1, 0, 0], [1, 1, 1, 1], [0, 0, 0, 0], [1, 1, 0, 0]], scale=500.0)


@points(1)
def nothing_asked():
    """No token has a label; and only true pairs."""
    yield drawn(3, [[0, 0], [0, 0], [0, 0]])
    logits, labels, pair_logits, _ = drawn(4, [[1, 0, 1], [0, 1, 0]])
    yield logits, labels, pair_logits, np.zeros(2, int)
