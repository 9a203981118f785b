import numpy as np

from zen_transformer.grading import points

CLS, SEP = 2, 3


def padded(rng, lengths, width):
    """[CLS] … [SEP] and padding, which has id 0, and tickets for every place."""
    ids, mask = np.zeros((len(lengths), width), int), np.zeros((len(lengths), width), int)
    for row, length in enumerate(lengths):
        ids[row, : length + 2] = [CLS, *rng.integers(5, 50, length), SEP]
        mask[row, : length + 2] = 1
    return ids, mask, np.array([CLS, SEP]), rng.permutation(ids.size).reshape(ids.shape) / ids.size


def padded_with_a_word(rng, lengths, width):
    """Padding has the id of a word, and 0 is a word, too: only the mask tells which is which."""
    ids, mask, special, tickets = padded(rng, lengths, width)
    words = (mask == 1) & ~np.isin(ids, special)
    zeros = rng.integers(0, 3, ids.shape) == 0
    return np.where(mask == 0, 7, np.where(words & zeros, 0, ids)), mask, special, tickets


@points(1)
def one_sentence():
    """Seven tokens between [CLS] and [SEP], which have the largest numbers."""
    ids = np.array([[CLS, 11, 12, 13, 14, 15, 16, 17, SEP]])
    tickets = np.array([[0.95, 0.12, 0.71, 0.33, 0.88, 0.24, 0.80, 0.05, 0.99]])
    yield ids, np.ones_like(ids), np.array([CLS, SEP]), tickets, 0.45
    yield ids, np.ones_like(ids), np.array([CLS, SEP]), tickets, 0.15


@points(1)
def padding_of_different_lengths(rng):
    """Sequences of different length, with much padding, whatever its id."""
    yield *padded(rng, [9, 12], 20), 0.25
    yield *padded(rng, rng.permutation([40, 17, 9, 26]) + rng.integers(0, 2), 48), 0.15
    yield *padded(rng, rng.permutation([5, 13, 21]), 30), 0.3
    yield *padded_with_a_word(rng, rng.permutation([6, 14, 18]), 24), 0.3


@points(1)
def hardly_any_tokens(rng):
    """Two tokens, one, and none: at least one is chosen, if there is one."""
    yield *padded(rng, rng.permutation([2, 1]), 4), 0.15
    yield *padded(rng, [0, 3], 5), 0.15
