"""A pair that stands twice in a word counts once: the set of a word's pairs is taken."""

from collections import Counter


def join(pieces, pair):
    out, i = [], 0
    while i < len(pieces):
        if i + 1 < len(pieces) and (pieces[i], pieces[i + 1]) == pair:
            out.append(pair[0] + pair[1].removeprefix("##"))
            i += 2
        else:
            out.append(pieces[i])
            i += 1
    return out


def learn_merges(word_counts, merges):
    words = {w: [w[0]] + ["##" + c for c in w[1:]] for w in word_counts}
    learnt = []
    for _ in range(merges):
        counts = Counter()
        for w, n in word_counts.items():
            for pair in set(zip(words[w], words[w][1:])):
                counts[pair] += n
        if not counts:
            break
        best = min(counts, key=lambda p: (-counts[p], p))
        learnt.append(best)
        words = {w: join(p, best) for w, p in words.items()}
    return learnt
