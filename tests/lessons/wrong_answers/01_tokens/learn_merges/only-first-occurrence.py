"""In each word only the first occurrence of the pair is joined.

Named: merged-once-in-each-word
"""

from collections import Counter
from itertools import pairwise


def learn_merges(word_counts, merges):
    words = [([w[0]] + ["##" + c for c in w[1:]], n) for w, n in word_counts.items()]
    result = []
    while len(result) < merges:
        counts = Counter()
        for pieces, n in words:
            for pair in pairwise(pieces):
                counts[pair] += n
        if not counts:
            break
        best = sorted(counts, key=lambda p: (-counts[p], p))[0]
        result.append(best)
        for pieces, _ in words:
            for i in range(len(pieces) - 1):
                if (pieces[i], pieces[i + 1]) == best:
                    pieces[i : i + 2] = [best[0] + best[1][2:]]
                    break
    return result
