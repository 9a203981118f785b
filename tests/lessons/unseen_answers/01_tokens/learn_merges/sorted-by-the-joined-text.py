"""Of equally frequent pairs the one is taken whose joined text comes first, not the pair that sorts first."""


def learn_merges(word_counts, merges):
    words = [([w[0]] + ["##" + c for c in w[1:]], n) for w, n in word_counts.items()]
    learnt = []
    for _ in range(merges):
        counts = {}
        for pieces, n in words:
            for a, b in zip(pieces, pieces[1:]):
                counts[a, b] = counts.get((a, b), 0) + n
        if not counts:
            break
        a, b = min(counts, key=lambda p: (-counts[p], p[0] + p[1][2:]))
        learnt.append((a, b))
        for pieces, _ in words:
            i = 0
            while i < len(pieces) - 1:
                if pieces[i] == a and pieces[i + 1] == b:
                    pieces[i : i + 2] = [a + b[2:]]
                i += 1
    return learnt
