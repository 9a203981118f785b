import numpy as np

from zen_transformer.grading import points


def drawn(rng, size, words, pairs):
    """Gradients of the sums, which are longer where there is more to predict."""
    weights = {"words": np.array(words), "pairs": np.array(pairs)}
    return {
        name: weight[:, None] * rng.normal(size=(len(weight), size))
        for name, weight in weights.items()
    }, weights


@points(1)
def by_hand():
    """One loss, three words with a sum of 9 and one with a sum of 1."""
    yield {"words": np.array([[9.0], [1.0]])}, {"words": np.array([3, 1])}


@points(1)
def two_losses(rng):
    """Words and pairs, in pieces that hold different numbers of them."""
    yield drawn(rng, 3, [5, 1], [4, 4])
    pieces, size = (int(n) for n in rng.permutation([3, 4, 5, 6])[:2])
    words = rng.permutation([12, 0, 7, *rng.integers(1, 6, pieces - 3)])
    yield drawn(rng, size, words, [*[2] * (pieces - 1), 1])


@points(1)
def nothing_to_predict(rng):
    """No word in the whole batch, a single one, no word and no pair; one piece only."""
    yield drawn(rng, 2, [0, 0, 0], [4, 4, 3])
    yield drawn(rng, 3, rng.permutation([0, 1, 0, 0]), [1, 1, 1, 1])
    yield drawn(rng, int(rng.integers(2, 5)), [0, 0], [0, 0])
    yield drawn(rng, 4, [6], [2])
