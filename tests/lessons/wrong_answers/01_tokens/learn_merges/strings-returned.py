"""The joined pieces are returned, not the pairs.

Named: pieces-for-pairs
"""

from collections import Counter
from itertools import pairwise


def learn_merges(word_counts, merges):
    words = {w: [w[0], *("##" + c for c in w[1:])] for w in word_counts}
    result = []
    for _ in range(merges):
        counts = Counter()
        for w, pieces in words.items():
            for pair in pairwise(pieces):
                counts[pair] += word_counts[w]
        if not counts:
            break
        best = min(counts, key=lambda p: (-counts[p], p))
        result.append(best[0] + best[1][2:])
        for w, pieces in words.items():
            new, i = [], 0
            while i < len(pieces):
                if i + 1 < len(pieces) and (pieces[i], pieces[i + 1]) == best:
                    new.append(pieces[i] + pieces[i + 1][2:])
                    i += 2
                else:
                    new.append(pieces[i])
                    i += 1
            words[w] = new
    return result
