import numpy as np

from zen_transformer.grading import points


def model(seed, names):
    """Random parameters and gradients by these names."""
    rng = np.random.default_rng(seed)
    return tuple({name: rng.normal(size=3) for name in names} for _ in range(2))


@points(1)
def only_the_head():
    """An encoder and a head."""
    yield *model(0, ["bert/kernel", "classifier/kernel", "classifier/bias"]), 0.1, ("classifier",)


@points(2)
def names_that_look_alike():
    """Layers 1 and 10, a head whose name occurs elsewhere, several names, none."""
    names = ["bert/layers/1/kernel", "bert/layers/10/kernel", "bert/pooler", "pooler/kernel"]
    yield *model(1, names), 0.5, ("bert/layers/1",)
    yield *model(2, names), 0.5, ("pooler", "bert/layers/10/kernel")
    yield *model(3, names), 0.5, ()
