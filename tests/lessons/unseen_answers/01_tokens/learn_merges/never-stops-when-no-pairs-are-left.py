"""Asks for the best of no pairs: max of nothing is a ValueError where fewer pairs are left than merges."""


def learn_merges(word_counts, merges):
    words = [([w[0]] + ["##" + c for c in w[1:]], n) for w, n in word_counts.items()]
    learnt = []
    for _ in range(merges):
        counts = {}
        for pieces, n in words:
            for a, b in zip(pieces, pieces[1:]):
                counts[a, b] = counts.get((a, b), 0) + n
        a, b = max(sorted(counts), key=counts.get)
        learnt.append((a, b))
        for pieces, _ in words:
            i = 0
            while i < len(pieces) - 1:
                if pieces[i] == a and pieces[i + 1] == b:
                    pieces[i : i + 2] = [a + b[2:]]
                i += 1
    return learnt
