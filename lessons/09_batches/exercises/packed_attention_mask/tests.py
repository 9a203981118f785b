import numpy as np

from zen_transformer.grading import points


@points(1)
def by_hand():
    """Two sequences and a place of padding."""
    yield (np.array([[1]]),)
    yield (np.array([[1, 1, 2, 0]]),)


@points(1)
def several_rows():
    """Rows that differ, full ones and an empty one."""
    yield (np.array([[1, 2, 2, 3, 3, 3], [1, 1, 1, 1, 0, 0], [0, 0, 0, 0, 0, 0]]),)
    yield (np.array([[1, 1, 1, 2, 2], [1, 2, 3, 4, 5]]),)
