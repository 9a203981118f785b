"""The documents are joined into one, so that a stretch may reach from one into the next."""


def longest_overlap(sample, documents):
    text = [int(t) for d in documents for t in d]
    best, where = 0, 0
    for i in range(len(sample)):
        for j in range(len(text)):
            n = 0
            while i + n < len(sample) and j + n < len(text) and sample[i + n] == text[j + n]:
                n += 1
            if n > best:
                best, where = n, i
    return best, where
