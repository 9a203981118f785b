from zen_transformer.grading import points


def drawn(rng, letters, words, longest):
    """Words of these letters, and how often each occurs."""
    sizes = rng.integers(1, longest + 1, words)
    return {"".join(rng.choice(list(letters), size)): int(rng.integers(1, 9)) for size in sizes}


@points(1)
def one_pair(rng):
    """The first pair of a few words."""
    yield {"ab": 1}, 1
    yield {"war": 5, "far": 1}, 1
    yield {"be": 1, "me": 1, "am": 3}, 1
    yield drawn(rng, "abcdef", 8, 5), 1


@points(1)
def several_pairs(rng):
    """The lesson's example by hand: each pair is joined before the next is counted."""
    yield {"war": 5, "wars": 3, "warm": 2, "farm": 4}, 2
    yield {"war": 5, "wars": 3, "warm": 2, "farm": 4}, 6
    yield {"newest": 6, "low": 5, "widest": 3, "lower": 2}, 8
    for _ in range(2):
        yield drawn(rng, "abcd", int(rng.integers(6, 12)), 7), int(rng.integers(5, 10))


@points(1)
def equal_letters(rng):
    """A pair that stands in a word several times, one that overlaps itself, and a letter #."""
    yield {"banana": 1}, 3
    yield {"xaaa": 2, "xa": 1}, 3
    yield {"baaaa": 3, "aa": 1}, 4
    yield {"aabaa": 1, "ab": 2}, 5
    yield {"cababx": 2, "dx": 3}, 2
    yield {"c#": 3, "c##": 2, "#c": 1}, 4
    yield drawn(rng, "ab", int(rng.integers(4, 8)), 9), int(rng.integers(5, 9))


@points(1)
def nothing_left(rng):
    """Fewer pairs than asked for, words of one letter, none at all."""
    yield {"ab": 2, "c": 9}, 5
    yield {"好": 3, "电": 1}, 2
    yield {}, 3
    yield {"abc": 1}, 0
    yield drawn(rng, "abc", 3, 4), 30
