import numpy as np

from zen_transformer.grading import points


@points(1)
def six_questions():
    """Two bands; one of three rare and two of three frequent words are right."""
    counts = np.array([0, 0, 0, 0, 900, 500, 20, 3])
    yield np.array([4, 5, 4, 4, 7, 5]), np.array([4, 5, 5, 6, 7, 7]), counts, np.array([100])


@points(2)
def bands_of_all_sizes():
    """Places where nothing is asked, counts on an edge, and a band without a question."""
    rng = np.random.default_rng(0)
    counts = rng.permutation(np.repeat([0, 5, 10, 70, 100, 3000], 20))
    labels = rng.integers(0, 120, 60)
    guesses = np.where(rng.random(60) < 0.4, labels, rng.integers(0, 120, 60))
    unasked = np.where(rng.random(60) < 0.3, -100, labels)
    yield guesses, unasked, counts, np.array([10, 100])
    yield guesses, labels, counts, np.array([1, 10, 1000, 9000])
