import numpy as np

from zen_transformer.grading import points


def drawn(seed, batch, length, heads, hidden, lengths=None, size=1.0, epsilon=1e-12):
    """Weights as if trained: no bias is 0, no scale 1."""
    rng, tensors = np.random.default_rng(seed), {}
    for name in ("self.query", "self.key", "self.value", "output.dense"):
        tensors[f"{name}.weight"] = size * rng.normal(size=(hidden, hidden))
        tensors[f"{name}.bias"] = 0.5 * size * rng.normal(size=hidden)
    tensors["output.LayerNorm.weight"] = 1.0 + 0.3 * rng.normal(size=hidden)
    tensors["output.LayerNorm.bias"] = rng.normal(size=hidden)
    mask = np.arange(length) < np.array(lengths or [length] * batch)[:, None]
    x = size * rng.normal(size=(batch, length, hidden))
    return tensors, x, mask.astype(int), heads, epsilon


@points(1)
def one_head():
    """One sequence, one head."""
    yield drawn(0, 1, 2, 1, 3)


@points(1)
def heads_and_padding():
    """Three heads, sequences of different length."""
    yield drawn(1, 2, 4, 3, 6, [4, 2])
    yield drawn(2, 3, 5, 2, 8, [3, 5, 1])


@points(1)
def small_numbers():
    """Weights of 0.03, where ε shows, and another ε."""
    yield drawn(3, 1, 3, 2, 4, size=0.03)
    yield drawn(4, 2, 3, 2, 4, [3, 2], size=0.03, epsilon=1e-6)
