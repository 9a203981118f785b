"""The best of the last document.

Named: overlap-only-in-the-last-document
"""


def longest_overlap(sample, documents):
    best, where = 0, 0
    for i in range(len(sample)):
        for document in documents[-1:]:
            for j in range(len(document)):
                n = 0
                while (
                    i + n < len(sample)
                    and j + n < len(document)
                    and sample[i + n] == document[j + n]
                ):
                    n += 1
                if n > best:
                    best, where = n, i
    return best, where
