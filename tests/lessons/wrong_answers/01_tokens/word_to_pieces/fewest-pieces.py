"""The cut with the fewest pieces is found, by looking back."""


def word_to_pieces(word, vocabulary, longest):
    if len(word) > longest:
        return ["[UNK]"]
    best = [[]] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(end):
            piece = ("##" if start else "") + word[start:end]
            if best[start] is not None and piece in vocabulary:
                candidate = [*best[start], piece]
                if best[end] is None or len(candidate) < len(best[end]):
                    best[end] = candidate
    return ["[UNK]"] if best[-1] is None else best[-1]
