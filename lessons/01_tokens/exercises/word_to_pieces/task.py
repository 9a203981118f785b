def word_to_pieces(word: str, vocabulary: list[str]) -> list[str]:
    """Cut a word into pieces of the vocabulary: the longest match first.

    Take the longest piece that the word begins with, then the longest one that continues it, and so
    on to its end. A piece that continues a word has ## before it:

        unaffable → un ##aff ##able

    A word that cannot be cut to its end becomes "[UNK]" as a whole.

    Args:
        word: letters without white space; it may be empty, then there are no pieces.
        vocabulary: the pieces that there are.

    Returns:
        The pieces in their order.
    """
    raise NotImplementedError
