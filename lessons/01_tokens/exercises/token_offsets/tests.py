from zen_transformer.grading import points


@points(1)
def words_and_pieces():
    """Whole words, and words of several pieces."""
    yield "war", ["war"]
    yield "the free", ["the", "free"]
    yield "nobly saved.", ["no", "##bly", "save", "##d", "."]
    yield "", []


@points(1)
def the_same_again():
    """The same letters several times."""
    yield "to and to", ["to", "and", "to"]
    yield "haha ha", ["ha", "##ha", "ha"]
    yield "a banana", ["a", "b", "##an", "##an", "##a"]


@points(1)
def added_tokens_capitals_and_other_letters():
    """Tokens that were added, capital letters, letters of more than one byte."""
    yield "We", ["[CLS]", "we", "[SEP]", "[PAD]", "[PAD]"]
    yield "In Giving FREEDOM", ["[CLS]", "in", "giv", "##ing", "free", "##dom", "[SEP]"]
    yield "好电影 ok", ["[CLS]", "好", "电", "影", "ok", "[SEP]"]
