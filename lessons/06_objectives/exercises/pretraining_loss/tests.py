import numpy as np

from zen_transformer.grading import points


def drawn(rng, labelled, scale=2.0):
    """Logits and labels, piece 0 among them; `labelled` is [batch, length]."""
    labelled, vocab = np.array(labelled, bool), int(rng.integers(5, 9))
    pieces = rng.permutation(np.arange(labelled.size) % vocab).reshape(labelled.shape)
    pieces[tuple(np.argwhere(labelled)[:1].T)] = 0
    return (
        scale * rng.normal(size=(*labelled.shape, vocab)),
        np.where(labelled, pieces, -100),
        scale * rng.normal(size=(len(labelled), 2)),
        rng.permutation(np.arange(len(labelled)) % 2),
    )


@points(1)
def two_sequences(rng):
    """Two sequences, two questions each."""
    yield drawn(rng, [[0, 1, 1], [1, 0, 1]])


@points(1)
def as_many_questions_as_it_happens(rng):
    """Sequences with one question and with four."""
    yield drawn(rng, [[0, 1, 0, 0, 0], [1, 1, 0, 1, 1], [0, 0, 1, 1, 0]])
    yield drawn(rng, [[0, 1, 0, 0], [1, 1, 1, 1], [0, 0, 0, 0], [1, 1, 0, 0]], scale=500.0)
    length = int(rng.integers(6, 9))
    labelled = np.arange(length) < rng.permutation([1, 4, 5])[:, None]
    yield drawn(rng, rng.permuted(labelled, axis=1))


@points(1)
def nothing_asked(rng):
    """No token has a label, or a single one; and only true pairs."""
    yield drawn(rng, [[0, 0], [0, 0], [0, 0]])
    yield drawn(rng, [[0, 0, 0], [0, 1, 0]])
    logits, labels, pair_logits, _ = drawn(rng, [[1, 0, 1], [0, 1, 0]])
    yield logits, labels, pair_logits, np.zeros(2, int)
