import numpy as np

from zen_transformer.grading import points


def drawn(rng, devices):
    """Weights of a network with several inner units on each device."""
    tokens, hidden, own, out = (int(n) for n in rng.permutation([2, 3, 4, 5, 6])[:4])
    shapes = (tokens, hidden), (devices, hidden, own), (devices, own), (devices, own, out), (out,)
    return tuple(rng.normal(size=shape) for shape in shapes)


@points(1)
def by_hand():
    """The example of the lesson: two devices, an inner unit on each."""
    w1, w2 = np.array([[[1.0], [0.0]], [[-1.0], [1.0]]]), np.array([[[1.0, 2.0]], [[3.0, 4.0]]])
    yield np.array([[1.0, 2.0]]), w1, np.zeros((2, 1)), w2, np.array([10.0, 20.0])


@points(1)
def more_devices(rng):
    """One device, and several with several units."""
    for devices in (1, *rng.permutation([2, 3, 4])[:2].tolist()):
        yield drawn(rng, devices)
