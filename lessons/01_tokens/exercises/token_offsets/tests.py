from zen_transformer.grading import points


def drawn(rng, letters):
    """A text of words in capital and small letters, and its pieces with added tokens."""
    text, tokens = "", ["[CLS]"]
    for _ in range(int(rng.integers(4, 9))):
        word = "".join(rng.choice(list(letters), int(rng.integers(1, 8))))
        text += " " * int(rng.integers(0 if text.endswith(".") else 1, 4))
        text += "".join(c.upper() if rng.random() < 0.3 else c for c in word)
        start = 0
        while start < len(word):
            end = start + int(rng.integers(1, len(word) - start + 1))
            tokens.append(("##" if start else "") + word[start:end])
            start = end
        if rng.random() < 0.3:
            text += "."
            tokens.append(".")
    return text, [*tokens, "[SEP]", *["[PAD]"] * int(rng.integers(0, 3))]


@points(1)
def words_and_pieces(rng):
    """Whole words, and words of several pieces."""
    yield "war", ["war"]
    yield "the free", ["the", "free"]
    yield "nobly saved.", ["no", "##bly", "save", "##d", "."]
    yield "", []
    yield "[a] ( b)", ["[", "a", "]", "(", "b", ")"]
    yield drawn(rng, "abcdefgh")


@points(1)
def the_same_again(rng):
    """The same letters several times, and pieces of the letter #."""
    yield "to and to", ["to", "and", "to"]
    yield "haha ha", ["ha", "##ha", "ha"]
    yield "a banana", ["a", "b", "##an", "##an", "##a"]
    yield "aaa aaaa", ["aa", "##a", "aaa", "##a"]
    yield "c# c## d", ["c", "###", "c", "####", "d"]
    yield drawn(rng, "ab")


@points(1)
def added_tokens_capitals_and_other_letters(rng):
    """Tokens that were added, capital letters, letters of more than one byte."""
    yield "We", ["[CLS]", "we", "[SEP]", "[PAD]", "[PAD]"]
    yield "In Giving FREEDOM", ["[CLS]", "in", "giv", "##ing", "free", "##dom", "[SEP]"]
    yield "好电影 ok", ["[CLS]", "好", "电", "影", "ok", "[SEP]"]
    yield drawn(rng, "abж好")
