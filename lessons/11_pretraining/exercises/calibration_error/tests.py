import numpy as np

from zen_transformer.grading import points


@points(1)
def four_answers_by_hand():
    """Two bins: 0.25 and 0.35, one right; 0.75 and 0.95, both right."""
    yield np.array([0.25, 0.35, 0.75, 0.95]), np.array([True, False, True, True]), 2


@points(2)
def bins_of_all_sizes(rng):
    """Certain answers, empty bins, bins that are too sure and too modest, answers on an edge."""
    modest, sure = rng.integers(25, 35), rng.integers(8, 14)
    confidence = np.concatenate(
        [rng.uniform(0, 0.4, modest), rng.uniform(0.8, 1, sure), [1.0, 1.0, 0.0]]
    )
    right = rng.random(len(confidence)) < 0.5 + 0.2 * (confidence < 0.5)
    right[-1] = True
    yield confidence, right, int(rng.integers(8, 13))
    yield np.array([1.0, 1.0, 0.3]), np.array([False, True, False]), 4
    yield np.array([1.0, 0.9, 0.2]), np.array([False, True, False]), 2
    yield np.array([0.25, 0.5, 0.0, 0.75]), np.array([False, True, True, False]), 4
