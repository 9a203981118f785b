"""Where the stretch ends.

Named: overlap-end-for-its-beginning
"""


def longest_overlap(sample, documents):
    best, where = 0, 0
    for i in range(len(sample)):
        for document in documents:
            for j in range(len(document)):
                n = 0
                while (
                    i + n < len(sample)
                    and j + n < len(document)
                    and sample[i + n] == document[j + n]
                ):
                    n += 1
                if n > best:
                    best, where = n, i + n - 1
    return best, where
