"""Continues behind each stretch that was found, so overlapping ones are missed.

Named: overlap-skips-behind-what-it-found
"""


def longest_overlap(sample, documents):
    best, where = 0, 0
    for document in documents:
        i = 0
        while i < len(sample):
            n = 0
            for j in range(len(document)):
                k = 0
                while (
                    i + k < len(sample)
                    and j + k < len(document)
                    and sample[i + k] == document[j + k]
                ):
                    k += 1
                n = max(n, k)
            if n > best:
                best, where = n, i
            i += max(n, 1)
    return best, where
