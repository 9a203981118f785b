def learn_merges(word_counts: dict[str, int], merges: int) -> list[tuple[str, str]]:
    """Learn pieces from words: which pairs are joined, in their order.

    Every word starts as its letters, those inside it marked:   wars → w ##a ##r ##s

    Then, again and again: of all pairs of neighbours the one that occurs most often,

        count(a, b) = Σ over the words: how often the word occurs · how often a, b stand in it

    is joined in all words, from left to right. Of pairs that occur equally often it is the one
    that comes first when pairs are sorted. Joined are the letters; a mark inside goes:

        w ##ar → war          ##a ##r → ##ar

    Args:
        word_counts: how often each word occurs; no word is empty.
        merges: how many pairs to join; fewer if no pairs are left.

    Returns:
        The pairs, tuples of two pieces, in the order in which they were joined.
    """
    raise NotImplementedError
