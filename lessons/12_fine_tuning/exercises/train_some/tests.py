from zen_transformer.grading import points


def model(rng, names):
    """Random parameters and gradients by these names."""
    size = int(rng.integers(2, 6))
    return tuple({name: rng.normal(size=size) for name in names} for _ in range(2))


@points(1)
def only_the_head(rng):
    """An encoder and a head."""
    names = ["bert/kernel", "classifier/kernel", "classifier/bias"]
    yield *model(rng, names), float(rng.uniform(0.1, 1)), ("classifier",)


@points(2)
def names_that_look_alike(rng):
    """Layers 1 and 10, a head whose name occurs elsewhere, several names, one in another, none."""
    names = ["bert/layers/1/kernel", "bert/layers/10/kernel", "bert/pooler", "pooler/kernel"]
    yield *model(rng, names), 0.5, ("bert/layers/1",)
    yield *model(rng, names), 0.5, ("pooler", "bert/layers/10/kernel")
    yield *model(rng, names), 0.5, ("bert/layers/10/kernel", "pooler")
    yield *model(rng, names), 0.5, ("bert", "bert/layers/1")
    yield *model(rng, names), 0.5, ("layers/bert",)
    yield *model(rng, names), 0.5, ()
