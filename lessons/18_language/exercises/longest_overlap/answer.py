import numpy as np


def longest_overlap(sample: np.ndarray, documents: list[np.ndarray]) -> tuple[int, int]:
    """From every place of the sample and of a document, as far as they agree."""
    best, begins = 0, 0
    for start in range(len(sample)):
        for document in documents:
            for place in range(len(document)):
                room = min(len(sample) - start, len(document) - place)
                agree = sample[start : start + room] == document[place : place + room]
                length = room if agree.all() else int(np.argmin(agree))
                if length > best:
                    best, begins = length, start
    return best, begins
