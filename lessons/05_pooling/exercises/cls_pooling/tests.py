import numpy as np

from zen_transformer.grading import points


def drawn(rng, batch, length, hidden, size=0.5):
    """Hidden states, a mask that hides nothing, and a layer."""
    kernel, bias = size * rng.normal(size=(hidden, hidden)), 0.5 * rng.normal(size=hidden)
    return rng.normal(size=(batch, length, hidden)), np.ones((batch, length), int), kernel, bias


@points(1)
def one_text(rng):
    """Two tokens, two dimensions; then a single token, and large numbers."""
    mask, kernel = np.ones((1, 2), int), np.array([[0.5, 1.0], [0.0, 0.5]])
    yield np.array([[[1.0, -2.0], [3.0, 0.5]]]), mask, kernel, np.zeros(2)
    yield np.array([[[0.5, -0.2]]]), mask[:, :1], np.eye(2), np.array([0.1, -0.1])
    yield drawn(rng, 1, 3, 4, size=1000.0)


@points(1)
def batches(rng):
    """Several texts, as many as tokens, too; with padding before them and behind."""
    batch, length, hidden = rng.permutation([2, 3, 4]) + 1
    yield drawn(rng, batch, length, hidden)
    yield drawn(rng, length, length, hidden)
    states, mask, kernel, bias = drawn(rng, batch, length + 2, hidden)
    mask[0, :2] = mask[-1, :1] = mask[-1, 3:] = 0
    yield states, mask, kernel, bias
