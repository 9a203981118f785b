import numpy as np

from zen_transformer.grading import points


def drawn(rng, penalty):
    """Logits of both signs, and a text in which tokens come again; some places are padding."""
    vocab, places = int(rng.integers(12, 20)), int(rng.integers(8, 12))
    written = rng.integers(0, vocab // 2, places)
    written[:3], valid = [0, 1, 1], rng.random(places) < 0.7
    valid[:4] = [True, True, True, False]
    written[3] = vocab - 1
    order = rng.permutation(places)
    return 2 * rng.normal(size=vocab), written[order], valid[order], penalty


@points(1)
def by_hand():
    """Logits 2, 1, −1, −2; the tokens 0 and 2 were written, then 1 and 3 with θ below 1."""
    logits = np.array([2.0, 1.0, -1.0, -2.0])
    yield logits, np.array([0, 2]), np.array([True, True]), 2.0
    yield logits, np.array([1, 3]), np.array([True, True]), 0.5


@points(1)
def longer_texts(rng):
    """Tokens that come again, padding on either side, nothing written yet."""
    yield np.array([3.0, 1.0, -1.5]), np.array([0, 0, 2, 0, 2]), np.ones(5, bool), 1.5
    yield (
        np.array([3.0, 1.0, -1.5]),
        np.array([2, 1, 2, 0]),
        np.array([False, True, True, False]),
        2.0,
    )
    yield drawn(rng, 1.3)
    yield drawn(rng, float(rng.uniform(1.1, 2)))
    yield np.array([1.0, -1.0]), np.array([0, 1]), np.zeros(2, bool), 2.0
