import numpy as np

from zen_transformer.grading import points


@points(1)
def six_questions():
    """Two bands; one of three rare and two of three frequent words are right."""
    counts = np.array([0, 0, 0, 0, 900, 500, 20, 3])
    yield np.array([4, 5, 4, 4, 7, 5]), np.array([4, 5, 5, 6, 7, 7]), counts, np.array([100])


@points(2)
def bands_of_all_sizes(rng):
    """Places where nothing is asked, counts on an edge, a band without a question, the id 0."""
    of_each, questions = int(rng.integers(15, 25)), int(rng.integers(60, 80))
    counts = rng.permutation(np.repeat([0, 5, 10, 70, 100, 3000], of_each))
    labels = rng.integers(0, len(counts), questions)
    guesses = rng.integers(0, len(counts), questions)
    guesses = np.where(rng.random(questions) < 0.4, labels, guesses)
    labels[7] = guesses[7] = 0
    unasked = np.where(rng.random(questions) < 0.3, -100, labels)
    unasked[7] = 0
    yield guesses, unasked, counts, np.array([10, 100])
    yield guesses, labels, counts, np.array([1, 10, 1000, 9000])
    frequent = counts + 10_000 * (np.arange(len(counts)) == 0)  # asked once or twice, a band alone
    yield guesses[7:9], labels[7:9], frequent, np.array([10, 9000])
