import numpy as np

from zen_transformer.grading import points


def mask(rng, texts, places):
    """Padding before the first text, behind the second one, then anywhere."""
    real = rng.random((texts, places)) < 0.7
    real[0] = np.arange(places) > 1
    real[1:2] = np.arange(places) < places - 2
    return real.astype(int)


@points(1)
def whole_texts(rng):
    """One token; three; texts with padding before them and behind them."""
    yield 1, 1, 0, np.array([[1]])
    yield 3, 3, 0, np.array([[1, 1, 1]])
    yield 4, 4, 0, np.array([[1, 1, 1, 1], [0, 1, 1, 1]])
    places = int(rng.integers(5, 9))
    yield places, places, 0, mask(rng, int(rng.integers(2, 5)), places)


@points(1)
def with_a_cache(rng):
    """Tokens that come later, and places that nobody has written yet."""
    yield 1, 5, 2, np.array([[1, 1, 1, 1, 1]])
    yield 2, 6, 3, np.array([[1, 1, 1, 1, 1, 1], [0, 0, 1, 1, 1, 1]])
    keys, length = int(rng.integers(8, 12)), int(rng.integers(2, 4))
    yield length, keys, int(rng.integers(3, keys - length)), mask(rng, 3, keys)
