import numpy as np

from zen_transformer.grading import points


def drawn(rng, temperature, mass, size=2.0):
    return size * rng.normal(size=rng.integers(6, 12)), temperature, mass


@points(1)
def by_hand():
    """p = 0.5, 0.3, 0.15, 0.05 in another order, with P = 0.7, 0.9 and 0.4."""
    logits = np.log(np.array([0.15, 0.5, 0.05, 0.3]))
    for mass in (0.7, 0.9, 0.4):
        yield logits, 1.0, mass


@points(1)
def with_temperature(rng):
    """Colder, warmer, all tokens; large logits; equally likely ones; a sum of just P."""
    yield drawn(rng, 0.5, 0.9)
    yield drawn(rng, 2.0, float(rng.uniform(0.5, 0.7)))
    yield drawn(rng, 1.5, 1.0)
    yield np.array([1000.0, 998.0, 999.0]), 2.0, 0.7
    yield drawn(rng, 0.001, 0.9)
    yield np.zeros(5), 1.0, 0.5
    yield np.zeros(4), 1.0, 0.5
    yield rng.integers(0, 3, 400) / 2.0, 1.0, float(rng.uniform(0.3, 0.6))
