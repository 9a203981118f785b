import numpy as np

from zen_transformer.grading import points


@points(1)
def full_rows(rng):
    """Texts that fill their rows; the id 0 is a token like others."""
    yield np.array([[5, 3, 8]]), np.array([3])
    yield np.array([[4, 0, 9, 7, 2], [1, 6, 6, 0, 3]]), np.array([5, 5])
    texts, places = rng.integers(2, 9, 2)
    yield rng.integers(0, 50, (texts, places)), np.full(texts, places)


@points(1)
def shorter_texts(rng):
    """Texts of unequal length, down to a single token, with ids of other texts behind them."""
    yield np.array([[5, 3, 8, 9]]), np.array([2])
    yield (
        np.array([[4, 2, 9, 7, 2, 1], [1, 6, 0, 8, 3, 5], [7, 4, 4, 4, 4, 4]]),
        np.array([6, 3, 1]),
    )
    texts, places = (int(n) for n in rng.permutation([5, 6, 7, 8])[:2])
    lengths = rng.permutation([places, 1, *rng.integers(2, places, texts - 2)])
    yield rng.integers(0, 9, (texts, places)), lengths
