def word_to_pieces(word: str, vocabulary: list[str], longest: int) -> list[str]:
    """Cut a word into pieces of the vocabulary: the longest match first.

    Take the longest piece that the word begins with, then the longest one that continues it, and so
    on to its end. A piece that continues a word has ## before it:

        unaffable → un ##aff ##able

    A word that cannot be cut to its end becomes "[UNK]" as a whole. So does a word of more than
    `longest` letters, such as the address of a page: BERT does not even try.

    Args:
        word: letters without white space; it may be empty, then there are no pieces.
        vocabulary: the pieces that there are.
        longest: the most letters that a word may have; BERT has 100.

    Returns:
        The pieces in their order.
    """
    raise NotImplementedError
