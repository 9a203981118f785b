"""Where the longest match leads nowhere, a shorter one is tried."""


def word_to_pieces(word, vocabulary, longest):
    if len(word) > longest:
        return ["[UNK]"]

    def cut(start):
        if start == len(word):
            return []
        for end in range(len(word), start, -1):
            piece = ("##" if start else "") + word[start:end]
            if piece in vocabulary:
                rest = cut(end)
                if rest is not None:
                    return [piece, *rest]
        return None

    pieces = cut(0)
    return ["[UNK]"] if pieces is None else pieces
