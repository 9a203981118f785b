import numpy as np


def first_difference(
    ours: list[np.ndarray], theirs: list[np.ndarray], tolerance: float
) -> tuple[int, float]:
    """The first hidden state in which two implementations differ, and by how much.

        error = max |a − b| / max |b|          a: ours, b: theirs

    A state in which a number is nan differs, whatever the tolerance; its error is nan.

    Args:
        ours, theirs: hidden states, one array a layer.
        tolerance: the largest error that passes.

    Returns:
        the layer (0 is the first) and its error; −1 and the largest error of all layers, if no
        layer differs.

    Raises:
        ValueError: another number of layers, or another shape in a layer.
    """
    raise NotImplementedError
