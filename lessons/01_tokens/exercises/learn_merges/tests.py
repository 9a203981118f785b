from zen_transformer.grading import points


@points(1)
def one_pair():
    """The first pair of a few words."""
    yield {"ab": 1}, 1
    yield {"war": 5, "far": 1}, 1
    yield {"be": 1, "me": 1, "am": 3}, 1


@points(1)
def several_pairs():
    """The lesson's example by hand: each pair is joined before the next is counted."""
    yield {"war": 5, "wars": 3, "warm": 2, "farm": 4}, 2
    yield {"war": 5, "wars": 3, "warm": 2, "farm": 4}, 6
    yield {"newest": 6, "low": 5, "widest": 3, "lower": 2}, 8


@points(1)
def equal_letters():
    """A pair that stands in a word several times, and one that overlaps itself."""
    yield {"banana": 1}, 3
    yield {"xaaa": 2, "xa": 1}, 3
    yield {"baaaa": 3, "aa": 1}, 4


@points(1)
def nothing_left():
    """Fewer pairs than asked for, words of one letter, none at all."""
    yield {"ab": 2, "c": 9}, 5
    yield {"好": 3, "电": 1}, 2
    yield {}, 3
    yield {"abc": 1}, 0
