from zen_transformer.grading import points

LETTERS = [*"abcXYZ", "É", "ü", "ß", "ı", "好", "电", "\u4e00", "\u9fff", "n\u0303", "½", "ﬁ"]
SIGNS = [*".,!?'-_%&#@()[]", *"$+<=>^`|~", "。", "“", "–", "¿", "€", "©", "°", "×"]
SPACES = [" ", "  ", "\t", "\n", "\u00a0", "\u3000"]


def drawn(rng):
    """A text of letters, signs and white space of every kind."""
    kinds = [LETTERS, SIGNS, SPACES]
    chosen = [kinds[kind] for kind in rng.choice(3, int(rng.integers(20, 40)), p=[0.6, 0.2, 0.2])]
    return "".join(kind[rng.integers(len(kind))] for kind in chosen)


@points(1)
def words_and_punctuation(rng):
    """Words, capitals and punctuation marks."""
    yield "", False
    yield "war", False
    yield "We the People", False
    yield "It's 2.5%!", False
    yield "a+b = <c> costs $5", False
    yield "snake_case, 5€ ©2024", False
    yield drawn(rng), False


@points(1)
def accents_and_white_space(rng):
    """Accents written in one character or in two, and white space of every kind."""
    yield "Élan", False
    yield "e\u0301lan nai\u0308ve", False
    yield "  two  spaces,\ta tab\nand a line ", False
    yield "no\u00a0break", False
    yield "½ ﬁne हिन्दी", False
    yield drawn(rng), False


@points(1)
def chinese_and_cased_models(rng):
    """Chinese characters and marks, between Latin ones; and models that keep capitals."""
    yield "好电影", False
    yield "这部OK电影！很好。", False
    yield "\u4dff\u4e00\u9fff\ua000", False
    yield "“quoted” – Größe Ærø", False
    yield "Élan, or US$5 naïveté?", True
    yield "e\u0301lan 好OK！", True
    yield drawn(rng), True
