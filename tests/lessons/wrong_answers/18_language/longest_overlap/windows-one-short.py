"""The last window of a document is left out.

Named: overlap-without-a-documents-last-place
"""


def longest_overlap(sample, documents):
    best, where = 0, 0
    for i in range(len(sample)):
        for document in documents:
            for j in range(len(document) - 1):
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
