"""Where no piece fits, "[UNK]" is put in place of the rest, and the pieces before it are kept."""


def word_to_pieces(word, vocabulary, longest):
    if len(word) > longest:
        return ["[UNK]"]
    pieces, at = [], 0
    while at < len(word):
        for end in range(len(word), at, -1):
            piece = ("##" if at else "") + word[at:end]
            if piece in vocabulary:
                pieces.append(piece)
                at = end
                break
        else:
            return pieces + ["[UNK]"]
    return pieces
