import numpy as np

from zen_transformer.grading import points


@points(1)
def two_settings_by_hand():
    """Three seeds; the second setting is better on validation, the first on test."""
    validation = np.array([[0.70, 0.71, 0.69], [0.72, 0.74, 0.73]])
    test = np.array([[0.76, 0.75, 0.77], [0.71, 0.75, 0.73]])
    yield validation, test


@points(1)
def luck_and_ties():
    """One lucky seed; two settings that are equally good."""
    validation = np.array([[0.6, 0.6, 0.6, 0.7], [0.5, 0.95, 0.5, 0.5], [0.6, 0.7, 0.6, 0.6]])
    yield validation, np.array([[0.5, 0.6, 0.7, 0.8], [0.9, 0.2, 0.3, 0.4], [0.1, 0.3, 0.5, 0.6]])
    yield np.array([[0.5], [0.75], [0.75]]), np.array([[0.9], [0.5], [0.75]])
