"""Where it begins in the document.

Named: overlap-place-in-the-document
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
                    best, where = n, j
    return best, where
