"""The rest of the word is carried along with its mark."""


def word_to_pieces(word, vocabulary, longest):
    if len(word) > longest:
        return ["[UNK]"]
    known, pieces, rest = frozenset(vocabulary), [], word
    while rest.removeprefix("##") if pieces else rest:
        size = len(rest)
        least = 2 if pieces else 0
        while size > least and rest[:size] not in known:
            size -= 1
        if size == least:
            return ["[UNK]"]
        pieces.append(rest[:size])
        rest = "##" + rest[size:]
    return pieces
