from zen_transformer.grading import points


@points(1)
def one_device():
    """All examples on one device, in two steps."""
    yield 0, 0, 1, 1
    yield 0, 1, 1, 3
    yield 7, 2, 1, 4


@points(1)
def several_devices():
    """The same batch on two devices and on four; an odd one on three."""
    yield 7, 2, 2, 2
    yield 7, 2, 4, 1
    yield 1, 5, 3, 5
