import numpy as np

from zen_transformer.grading import points


def drawn(rng, full=False):
    """Texts of all lengths, the empty one among them, with other ids behind their ends."""
    texts, places = (int(n) for n in rng.permutation([3, 4, 5, 6, 7])[:2])
    lengths = rng.permutation([places, 0, *rng.integers(1, places, texts - 2)])
    if full:
        lengths[:] = places
    return rng.integers(10, 99, (texts, places)), lengths


@points(1)
def full_rows(rng):
    """Texts that fill their rows."""
    yield np.array([[5, 6, 7]]), np.array([3]), 1, 2, 0
    yield *drawn(rng, full=True), *rng.permutation(9)[:3].tolist()


@points(1)
def shorter_texts(rng):
    """Texts of unequal length, an empty one among them; a padding that is not 0."""
    yield np.array([[5, 6, 9, 8]]), np.array([2]), 1, 2, 0
    yield *drawn(rng), *(1 + rng.permutation(9)[:3]).tolist()
    yield *drawn(rng), 1, 2, 0


@points(1)
def marks_with_one_id(rng):
    """END and padding with the same id, as in GPT-2; START and padding, as in Marian."""
    one, other = rng.permutation(9)[:2].tolist()
    yield np.array([[5, 6, 9, 8], [7, 4, 3, 5]]), np.array([2, 3]), 1, 0, 0
    yield *drawn(rng), one, other, other
    yield *drawn(rng), other, one, other
