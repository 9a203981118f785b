import numpy as np

from zen_transformer.grading import points

MASK = 1
SPECIAL = np.array([0, 1])


def bert(rng, length, vocab, loud=1.0):
    """A token speaks loudly for itself at its own place; [MASK] says only that it is one."""
    table = 1.5 * rng.normal(size=(length, length, vocab, vocab))
    own = np.arange(length)
    table[own, own] = 6 * np.eye(vocab)
    table[own, own, MASK] = 1.5 * np.eye(vocab)[MASK]
    return loud * table


def sweep(rng, count, vocab, loud=1.0):
    """A text, some of it masked before, and some of its places in any order."""
    length = int(rng.integers(max(count, 3), 8))
    text = rng.integers(2, vocab, length)
    text[rng.random(length) < 0.2] = MASK
    places = rng.permutation(length)[:count]
    return text, places, rng.random(count), bert(rng, length, vocab, loud), MASK, SPECIAL


@points(1)
def one_place(rng):
    """Text 2 3, its second place drawn anew with u = 0, 0.1, 0.5 and 0.99."""
    for u in (0.0, 0.1, 0.5, 0.99):
        yield np.array([2, 3]), np.array([1]), np.array([u]), bert(rng, 2, 5), MASK, SPECIAL


@points(2)
def several_places(rng):
    """What is drawn at one is seen by the next; in any order, some masked before; loud logits."""
    for count, vocab in ((3, 6), (2, 6), (3, 7), (4, 8), (5, 8), (5, 9)):
        yield sweep(rng, count, vocab)
    for vocab in (8, 10):
        yield sweep(rng, 5, vocab, loud=2000.0)
