from zen_transformer.grading import points


@points(1)
def words_and_punctuation():
    """Words, capitals and punctuation marks."""
    yield ("",)
    yield ("war",)
    yield ("We the People",)
    yield ("It's 2.5%!",)
    yield ("a+b = <c> costs $5",)


@points(1)
def accents_and_white_space():
    """Accents written in one character or in two, and white space of every kind."""
    yield ("Élan",)
    yield ("e\u0301lan nai\u0308ve",)
    yield ("  two  spaces,\ta tab\nand a line ",)
    yield ("no\u00a0break",)


@points(1)
def chinese_among_others():
    """Chinese characters and marks, between Latin ones."""
    yield ("好电影",)
    yield ("这部OK电影！很好。",)
    yield ("“quoted” – Größe Ærø",)
