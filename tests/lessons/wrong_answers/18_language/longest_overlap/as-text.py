"""Ids as text joined without a separator: 1, 2 and 12 are the same.

Named: overlap-as-a-string
"""


def longest_overlap(sample, documents):
    texts = ["".join(map(str, d.tolist())) for d in documents]
    best, where = 0, 0
    for i in range(len(sample)):
        for n in range(best + 1, len(sample) - i + 1):
            piece = "".join(map(str, sample[i : i + n].tolist()))
            if any(piece in text for text in texts):
                best, where = n, i
    return best, where
