import numpy as np

from zen_transformer.grading import points


@points(1)
def full_rows():
    """Texts that fill their rows."""
    yield np.array([[5, 6, 7]]), np.array([3]), 1, 2, 0
    yield np.array([[8, 3, 9, 4], [6, 6, 5, 8]]), np.array([4, 4]), 1, 2, 0


@points(1)
def shorter_texts():
    """Texts of unequal length, an empty one among them, with other ids behind them."""
    yield np.array([[5, 6, 9, 8]]), np.array([2]), 1, 2, 0
    yield (
        np.array([[4, 9, 3, 7, 5], [8, 6, 5, 4, 3], [7, 9, 9, 6, 4]]),
        np.array([5, 2, 0]),
        1,
        2,
        0,
    )


@points(1)
def marks_with_one_id():
    """END and padding with the same id, as in GPT-2; START and padding, as in Marian."""
    yield np.array([[5, 6, 9, 8], [7, 4, 3, 5]]), np.array([2, 3]), 1, 0, 0
    yield np.array([[5, 6, 9, 8], [7, 4, 3, 5]]), np.array([4, 1]), 0, 2, 0
