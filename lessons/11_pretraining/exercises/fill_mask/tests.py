import numpy as np

from zen_transformer.grading import points

MASK = 4
SPECIAL = np.array([0, 2, 3, MASK])


def text(rng, length, masks):
    """Ids with [MASK] at some places, not at the first or the last one."""
    ids = rng.integers(5, 30, length)
    ids[rng.choice(np.arange(1, length - 1), masks, replace=False)] = MASK
    return ids


@points(1)
def one_mask_by_hand():
    """Logits 2, 1, 0 and smaller, and 3 for [MASK]: probabilities 0.63 and 0.23."""
    logits = np.array([[0.3, 0.1, 0.2, 0.0, 0.5], [1.0, -1.0, 2.0, 0.0, 3.0], [5, 4, 3, 2, 1.0]])
    yield logits, np.array([2, MASK, 3]), MASK, 2, np.array([MASK])


@points(1)
def several_masks(rng):
    """Several masks, and logits of all sizes, the special tokens' too."""
    length, vocab = int(rng.integers(8, 12)), int(rng.integers(40, 60))
    for masks, pieces, k in ((3, vocab, 7), (2, vocab, vocab - len(SPECIAL)), (1, 20 * vocab, 600)):
        logits = 3.0 * rng.normal(size=(length, pieces))
        logits[:, SPECIAL] += 2.0
        yield logits, text(rng, length, masks), MASK, k, SPECIAL


@points(1)
def huge_logits(rng):
    """Logits of 1,000 and more, alike, far apart in a row, and far apart between rows."""
    length, vocab = int(rng.integers(5, 8)), int(rng.integers(9, 13))
    logits, ids = 1000 + rng.normal(size=(length, vocab)), text(rng, length, 2)
    yield logits, ids, MASK, 3, SPECIAL
    yield -2 * logits, text(rng, length, 1), MASK, 1, SPECIAL
    yield rng.permuted(np.linspace(-2000, 2000, vocab) + logits, axis=1), ids, MASK, 4, SPECIAL
    apart = logits.copy()
    apart[np.flatnonzero(ids == MASK)[0]] -= 2000
    yield apart, ids, MASK, 3, SPECIAL
