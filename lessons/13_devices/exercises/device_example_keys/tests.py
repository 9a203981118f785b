from zen_transformer.grading import points


@points(1)
def one_device(rng):
    """All examples on one device, in two steps."""
    seed, step = rng.integers(1, 1000, 2).tolist()
    yield 0, 0, 1, 1
    yield seed, 1, 1, 3
    yield seed, step, 1, 4


@points(1)
def several_devices(rng):
    """The same batch on two devices and on four; an odd one on three."""
    seed, step = rng.integers(1, 1000, 2).tolist()
    yield seed, step, 2, 2
    yield seed, step, 4, 1
    yield step, seed, 3, 5
