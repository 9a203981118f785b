def word_to_pieces(word: str, vocabulary: list[str], longest: int) -> list[str]:
    """The longest match first, from left to right; nothing of a word that is too long."""
    if len(word) > longest:
        return ["[UNK]"]
    known = set(vocabulary)
    pieces, start = [], 0
    while start < len(word):
        prefix = "##" if start else ""
        ends = range(len(word), start, -1)
        end = next((end for end in ends if prefix + word[start:end] in known), None)
        if end is None:
            return ["[UNK]"]
        pieces.append(prefix + word[start:end])
        start = end
    return pieces
