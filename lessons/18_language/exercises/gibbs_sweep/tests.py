import numpy as np

from zen_transformer.grading import points

MASK = 1
SPECIAL = np.array([0, 1])


def bert(seed, length, vocab):
    """A token speaks loudly for itself at its own place; [MASK] says only that it is one."""
    table = 1.5 * np.random.default_rng(seed).normal(size=(length, length, vocab, vocab))
    own = np.arange(length)
    table[own, own] = 6 * np.eye(vocab)
    table[own, own, MASK] = 1.5 * np.eye(vocab)[MASK]
    return table


def sweep(seed, text, places, vocab=6):
    numbers = np.random.default_rng([seed, 1]).random(len(places))
    text, places = np.array(text), np.array(places)
    return text, places, numbers, bert(seed, len(text), vocab), MASK, SPECIAL


@points(1)
def one_place():
    """Text 2 3, its second place drawn anew with u = 0.1, 0.5 and 0.99."""
    for u in (0.1, 0.5, 0.99):
        yield np.array([2, 3]), np.array([1]), np.array([u]), bert(0, 2, 5), MASK, SPECIAL


@points(2)
def several_places():
    """What is drawn at one is seen by the next; in any order, and some of them masked before."""
    yield sweep(1, [2, 3, 4], [0, 1, 2])
    yield sweep(2, [5, 1, 1, 4], [1, 2])
    yield sweep(3, [2, 2, 3, 3, 4], [4, 0, 2])
    yield sweep(4, [3, 5, 2, 4], [3, 1, 0, 2], vocab=8)
    yield sweep(5, [3, 5, 2, 4], [2, 3, 0, 1], vocab=8)
    yield sweep(6, [3, 5, 2, 4, 6], [2, 0, 4, 3, 1], vocab=8)
