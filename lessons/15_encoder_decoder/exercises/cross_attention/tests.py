import numpy as np

from zen_transformer.grading import points


def drawn(rng, heads, hidden, targets, sources, loud=1.0):
    """Texts of these lengths on both sides, with padding behind them that holds something."""
    batch, target, source = len(targets), max(targets), max(sources)
    x, context = (rng.normal(size=(batch, places, hidden)) for places in (target, source))
    maps = rng.normal(size=(4, hidden, hidden)) / np.sqrt(hidden) * 1.5
    masks = [
        (np.arange(max(lengths)) < np.array(lengths)[:, None]).astype(int)
        for lengths in (targets, sources)
    ]
    return loud * x, context, *maps, heads, *masks


@points(1)
def by_hand():
    """One head, two tokens look at two; scores of 0 and ln 3 or ln 7."""
    x = np.array([[[np.sqrt(2), 0.0], [0.0, np.sqrt(2)]]])
    context = np.array([[[np.log(3), 0.0], [0.0, np.log(7)]]])
    one, full = np.eye(2), np.ones((1, 2), int)
    yield x, context, one, one, np.array([[0.0, 4.0], [8.0, 0.0]]), one, 1, full, full


@points(1)
def without_padding(rng):
    """More places on one side than on the other, several heads, and scores in the thousands."""
    few, many = (int(n) for n in np.sort(rng.permutation([2, 3, 4, 5, 6])[:2]))
    yield drawn(rng, 2, 4, [few], [many])
    yield drawn(rng, 2, 6, [many, many], [few, few])
    yield drawn(rng, 3, 6, [few], [many], loud=5000.0)


@points(1)
def with_padding(rng):
    """Texts of unequal length, on both sides; with as many places on both sides and with more."""
    longest, more = rng.integers(4, 7, 2).tolist()
    yield drawn(rng, 2, 4, [longest, 2], [3, longest])
    yield drawn(rng, 1, 4, [1, 3], [more + 1, 2])
    yield drawn(rng, 3, 6, [more, 2, more - 1], [2, more, 1])
