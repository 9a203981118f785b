import numpy as np

from zen_transformer.grading import points


def drawn(rng, length, heads, head_dim, lengths, size=1.0, epsilon=1e-12, loud=1.0):
    """Weights as if trained: no bias is 0, no scale 1. Scores are of the size of `loud`."""
    hidden, tensors = heads * head_dim, {}
    for name in ("self.query", "self.key", "self.value", "output.dense"):
        tensors[f"{name}.weight"] = size * rng.normal(size=(hidden, hidden))
        tensors[f"{name}.bias"] = 0.5 * size * rng.normal(size=hidden)
    tensors["self.query.weight"] *= loud
    tensors["output.LayerNorm.weight"] = 1.0 + 0.3 * rng.normal(size=hidden)
    tensors["output.LayerNorm.bias"] = rng.normal(size=hidden)
    mask = np.arange(length) < np.array(lengths)[:, None]
    x = size * rng.normal(size=(len(lengths), length, hidden))
    return tensors, x, mask.astype(int), heads, epsilon


@points(1)
def one_head(rng):
    """One sequence, one head."""
    length = int(rng.integers(2, 5))
    yield drawn(rng, length, 1, int(rng.integers(3, 6)), [length])


@points(1)
def heads_and_padding(rng):
    """Several heads, sequences of different length, and scores in the thousands."""
    length, more = rng.integers(4, 7, 2).tolist()
    yield drawn(rng, length, 3, 2, [length, length - 2])
    yield drawn(rng, more, 2, 4, [more - 2, more, 1])
    yield drawn(rng, 5, 2, 3, [5, 3], loud=3000.0)


@points(1)
def small_numbers(rng):
    """Weights of 0.03, where ε shows, and another ε."""
    length, more = rng.integers(3, 6, 2).tolist()
    yield drawn(rng, length, 2, 2, [length], size=0.03)
    yield drawn(rng, more, 2, 2, [more, more - 1], size=0.03, epsilon=1e-6)
