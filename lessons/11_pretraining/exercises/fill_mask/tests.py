import numpy as np

from zen_transformer.grading import points

MASK = 4


@points(1)
def one_mask_by_hand():
    """Logits 2, 1, 0 and smaller: probabilities 0.63 and 0.23."""
    logits = np.array([[0.3, 0.1, 0.2, 0.0, 0.5], [1.0, -1.0, 2.0, 0.0, -2.0], [5, 4, 3, 2, 1.0]])
    yield logits, np.array([2, MASK, 3]), MASK, 2


@points(1)
def several_masks():
    """Three masks among nine places, and logits of all sizes."""
    rng = np.random.default_rng(0)
    ids = np.array([2, 7, MASK, 9, MASK, MASK, 11, 5, 3])
    yield 3.0 * rng.normal(size=(9, 12)), ids, MASK, 5
    yield 3.0 * rng.normal(size=(9, 12)), ids, MASK, 12


@points(1)
def huge_logits():
    """Logits of 1,000 and more."""
    rng = np.random.default_rng(1)
    logits = 1000 + rng.normal(size=(4, 7))
    yield logits, np.array([2, MASK, MASK, 3]), MASK, 3
    yield -2 * logits, np.array([2, 5, MASK, 3]), MASK, 1
