from zen_transformer.grading import points

WAR = "[UNK] w f a ##a ##r ##m ##s ##ar war ##arm farm wars warm arm s##".split()
FILM = "[UNK] un ##aff ##able ##a ##ff ##f ##b ##l ##e able aff una ##ble u ##n".split()


def drawn(rng, letters, known):
    """Words of these letters, and a vocabulary with every letter or without some of them."""
    letters = list(letters)
    pieces = ["".join(rng.choice(letters, int(rng.integers(2, 5)))) for _ in range(24)]
    vocabulary = ["[UNK]", *pieces[:12], *("##" + piece for piece in pieces[8:])]
    vocabulary += [*letters, *("##" + letter for letter in letters)] if known else letters
    for _ in range(3):
        yield "".join(rng.choice(letters, int(rng.integers(6, 12)))), vocabulary, 100


@points(1)
def known_words(rng):
    """Words that are pieces, and words of two pieces."""
    yield "w", WAR, 100
    yield "wars", WAR, 100
    yield "farms", WAR, 100
    yield "", WAR, 100
    yield from drawn(rng, "abcde", True)


@points(1)
def longest_first(rng):
    """Pieces inside a word are others than those at its beginning, and the longest wins."""
    yield "warms", WAR, 100
    yield "aarm", WAR, 100
    yield "unaffable", FILM, 100
    yield "affable", FILM, 100
    yield "ababab", ["a", "ab", "##a", "##b", "##aba", "##bab", "##ab"], 100
    yield "abcd", ["abc", "ab", "a", "##d", "##cd", "##bcd", "##c"], 100
    yield "abcdef", ["a", "abcd", "##bc", "##e", "##f", "ab", "##cdef"], 100
    yield "abcde", ["a", "##b", "##cde", "abc", "##de", "abcd", "##e"], 100
    yield from drawn(rng, "ab", True)


@points(1)
def unknown_words(rng):
    """Words that cannot be cut, from the beginning or at the end; and words that are too long."""
    yield "x", WAR, 100
    yield "swarm", WAR, 100
    yield "warx", WAR, 100
    yield "xwar", WAR, 100
    yield "war好", WAR, 100
    yield "ab", ["[UNK]", "a", "b"], 100
    yield "abd", ["[UNK]", "a", "ab", "##bd", "##b"], 100
    yield "warms", WAR, 5
    yield "warms", WAR, 4
    yield from drawn(rng, "abc", False)
