import numpy as np


def accuracy_by_frequency(
    guesses: np.ndarray, labels: np.ndarray, counts: np.ndarray, edges: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    asked = labels != -100
    guesses, labels = guesses[asked], labels[asked]
    band = np.digitize(counts[labels], edges)
    bands = len(edges) + 1
    questions = np.bincount(band, minlength=bands)
    right = np.bincount(band[guesses == labels], minlength=bands)
    return right / np.maximum(questions, 1), questions
