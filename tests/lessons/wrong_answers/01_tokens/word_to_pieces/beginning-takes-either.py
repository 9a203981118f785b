"""A word may also begin with a piece that has a mark, which is taken off.

Named: marks-not-told-apart
"""


def word_to_pieces(word, vocabulary, longest):
    if len(word) > longest:
        return ["[UNK]"]
    known = {p.removeprefix("##") for p in vocabulary}
    pieces, start = [], 0
    while start < len(word):
        ends = [end for end in range(len(word), start, -1) if word[start:end] in known]
        if not ends:
            return ["[UNK]"]
        pieces.append(("##" if start else "") + word[start : ends[0]])
        start = ends[0]
    return pieces
