import numpy as np

from zen_transformer.grading import points


def drawn(seed, devices, tokens, hidden, own, out):
    """Weights of a network with so many inner units on each device."""
    rng = np.random.default_rng(seed)
    shapes = (tokens, hidden), (devices, hidden, own), (devices, own), (devices, own, out), (out,)
    return tuple(rng.normal(size=shape) for shape in shapes)


@points(1)
def by_hand():
    """The example of the lesson: two devices, an inner unit on each."""
    w1, w2 = np.array([[[1.0], [0.0]], [[-1.0], [1.0]]]), np.array([[[1.0, 2.0]], [[3.0, 4.0]]])
    yield np.array([[1.0, 2.0]]), w1, np.zeros((2, 1)), w2, np.array([10.0, 20.0])


@points(1)
def more_devices():
    """One device, and several with several units."""
    yield drawn(0, 1, 2, 3, 4, 2)
    yield drawn(1, 4, 3, 5, 2, 6)
    yield drawn(2, 3, 5, 2, 4, 1)
