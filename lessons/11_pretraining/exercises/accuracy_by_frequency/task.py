import numpy as np


def accuracy_by_frequency(
    guesses: np.ndarray, labels: np.ndarray, counts: np.ndarray, edges: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """How many of the rare words are right, and how many of the frequent ones?

    A question falls into the band of its *right answer*: band 0 where that piece was seen fewer
    than edges[0] times in training, band b where edges[b−1] ≤ count < edges[b], and the last band
    where count ≥ edges[−1].

    Args:
        guesses: [questions], the likeliest piece for each.
        labels: [questions], the right piece, or −100 where nothing was asked.
        counts: [vocab], how often each piece occurs in the training text.
        edges: [bands − 1], rising.

    Returns:
        the accuracy of each band, [bands], 0 where it has no question, and the number of
        questions in it, [bands], whole numbers.
    """
    raise NotImplementedError
