"""A word of exactly `longest` letters is already unknown."""


def word_to_pieces(word, vocabulary, longest):
    if len(word) >= longest:
        return ["[UNK]"]
    pieces, rest, mark = [], word, ""
    while rest:
        fitting = [
            p
            for p in vocabulary
            if p.startswith(mark)
            and rest.startswith(p[len(mark) :])
            and len(p) > len(mark)
            and (mark or not p.startswith("##"))
        ]
        if not fitting:
            return ["[UNK]"]
        best = max(fitting, key=len)
        pieces.append(best)
        rest, mark = rest[len(best) - len(mark) :], "##"
    return pieces
