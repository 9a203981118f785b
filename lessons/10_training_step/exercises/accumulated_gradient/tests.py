import numpy as np

from zen_transformer.grading import points


def drawn(seed, pieces, size, words, pairs):
    """Gradients of the sums, which are longer where there is more to predict."""
    rng = np.random.default_rng(seed)
    weights = {"words": np.array(words), "pairs": np.array(pairs)}
    return {
        name: weight[:, None] * rng.normal(size=(pieces, size)) for name, weight in weights.items()
    }, weights


@points(1)
def by_hand():
    """One loss, three words with a sum of 9 and one with a sum of 1."""
    yield {"words": np.array([[9.0], [1.0]])}, {"words": np.array([3, 1])}


@points(1)
def two_losses():
    """Words and pairs, in pieces that hold different numbers of them."""
    yield drawn(0, 2, 3, [5, 1], [4, 4])
    yield drawn(1, 4, 5, [12, 3, 0, 7], [2, 2, 2, 1])


@points(1)
def nothing_to_predict():
    """No word in the whole batch; one piece only."""
    yield drawn(2, 3, 2, [0, 0, 0], [4, 4, 3])
    yield drawn(3, 1, 4, [6], [2])
