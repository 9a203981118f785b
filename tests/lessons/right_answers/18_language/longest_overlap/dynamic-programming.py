"""The table of the longest common substring, row by row."""


def longest_overlap(sample, documents):
    best = (0, 0)
    for document in documents:
        row = [0] * (len(document) + 1)
        for i, token in enumerate(sample.tolist()):
            row = [0] + [
                row[j] + 1 if token == other else 0 for j, other in enumerate(document.tolist())
            ]
            n = max(row)
            if n:
                best = min(best, (-n, i - n + 1))
    return -best[0], best[1]
