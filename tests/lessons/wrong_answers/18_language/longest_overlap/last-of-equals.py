"""The last of equally long stretches.

Named: overlap-the-last-of-equals
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
                if n >= best and n > 0:
                    best, where = n, i
    return best, where
