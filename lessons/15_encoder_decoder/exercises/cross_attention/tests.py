import numpy as np

from zen_transformer.grading import points


def drawn(seed, heads, hidden, targets, sources):
    """Texts of these lengths on both sides, with padding behind them that holds something."""
    rng = np.random.default_rng(seed)
    batch, target, source = len(targets), max(targets), max(sources)
    x, context = (rng.normal(size=(batch, places, hidden)) for places in (target, source))
    maps = rng.normal(size=(4, hidden, hidden)) / np.sqrt(hidden) * 1.5
    masks = [
        (np.arange(max(lengths)) < np.array(lengths)[:, None]).astype(int)
        for lengths in (targets, sources)
    ]
    return x, context, *maps, heads, *masks


@points(1)
def by_hand():
    """One head, two tokens look at two; scores of 0 and ln 3 or ln 7."""
    x = np.array([[[np.sqrt(2), 0.0], [0.0, np.sqrt(2)]]])
    context = np.array([[[np.log(3), 0.0], [0.0, np.log(7)]]])
    one, full = np.eye(2), np.ones((1, 2), int)
    yield x, context, one, one, np.array([[0.0, 4.0], [8.0, 0.0]]), one, 1, full, full


@points(1)
def without_padding():
    """More places on one side than on the other, and two heads."""
    yield drawn(0, 2, 4, [2], [3])
    yield drawn(1, 2, 6, [4, 4], [2, 2])


@points(1)
def with_padding():
    """Texts of unequal length, on both sides; with as many places on both sides and with more."""
    yield drawn(2, 2, 4, [4, 2], [3, 4])
    yield drawn(3, 1, 4, [1, 3], [5, 2])
    yield drawn(4, 3, 6, [5, 2, 4], [2, 5, 1])
