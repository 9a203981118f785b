import numpy as np

from zen_transformer.grading import points


def drawn(seed, vocab, temperature, mass, size=2.0):
    return size * np.random.default_rng(seed).normal(size=vocab), temperature, mass


@points(1)
def by_hand():
    """p = 0.5, 0.3, 0.15, 0.05 in another order, with P = 0.7, 0.9 and 0.4."""
    logits = np.log(np.array([0.15, 0.5, 0.05, 0.3]))
    for mass in (0.7, 0.9, 0.4):
        yield logits, 1.0, mass


@points(1)
def with_temperature():
    """Colder, warmer, all tokens; logits of 1,000; several equally likely ones."""
    yield drawn(0, 6, 0.5, 0.9)
    yield drawn(1, 7, 2.0, 0.6)
    yield drawn(2, 5, 1.5, 1.0)
    yield np.array([1000.0, 998.0, 999.0]), 2.0, 0.7
    yield np.zeros(5), 1.0, 0.5
