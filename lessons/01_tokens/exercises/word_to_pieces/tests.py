from zen_transformer.grading import points

WAR = "[UNK] w f a ##a ##r ##m ##s ##ar war ##arm farm wars warm arm s##".split()
FILM = "[UNK] un ##aff ##able ##a ##ff ##f ##b ##l ##e able aff una ##ble u ##n".split()


@points(1)
def known_words():
    """Words that are pieces, and words of two pieces."""
    yield "w", WAR
    yield "wars", WAR
    yield "farms", WAR
    yield "", WAR


@points(1)
def longest_first():
    """Pieces inside a word are others than those at its beginning, and the longest wins."""
    yield "warms", WAR
    yield "aarm", WAR
    yield "unaffable", FILM
    yield "affable", FILM
    yield "ababab", ["a", "ab", "##a", "##b", "##aba", "##bab", "##ab"]


@points(1)
def unknown_words():
    """Words that cannot be cut, from the beginning or at the end."""
    yield "x", WAR
    yield "swarm", WAR
    yield "warx", WAR
    yield "xwar", WAR
    yield "war好", WAR
    yield "ab", ["[UNK]", "a", "b"]
