"""The pair is replaced in the joined text, also at the beginning of a longer piece.

Named: merged-by-replacing-text
"""

from collections import Counter
from itertools import pairwise


def learn_merges(word_counts, merges):
    words = {w: " ".join([w[0], *("##" + c for c in w[1:])]) for w in word_counts}
    result = []
    for _ in range(merges):
        counts = Counter()
        for w, text in words.items():
            pieces = text.split()
            for pair in pairwise(pieces):
                counts[pair] += word_counts[w]
        if not counts:
            break
        best = min(counts, key=lambda p: (-counts[p], p))
        result.append(best)
        for w in words:
            words[w] = words[w].replace(" ".join(best), best[0] + best[1][2:])
    return result
