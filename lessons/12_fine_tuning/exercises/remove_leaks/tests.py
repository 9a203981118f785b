from zen_transformer.grading import points

WORDS = "film dull joy A warm ends it Long funny too , . ! ?".split()


def drawn(rng, count):
    """Texts of few words, so that some are the same, in capitals and white space of all kinds."""
    texts = []
    for _ in range(count):
        words = rng.choice(WORDS, rng.integers(1, 3))
        text = str(rng.choice([" ", "  ", "\t", "\n", ""])).join(words.tolist())
        texts.append(str(rng.choice([text, text.upper(), text.lower(), f" {text}"])))
    return texts


@points(1)
def one_leak():
    """The second of three texts is in the test as well."""
    yield ["good", "so so", "bad"], [1, 0, 0], ["so so"]
    yield ["good", "bad"], [1, 0], ["dull"]


@points(1)
def leaks_in_other_clothes(rng):
    """Capitals, double spaces, tabs, line ends; a text that is a part of another; points."""
    train = ["A warm film .", "too  long", "It ends\n.", "awarm film.", "funny", "art", "a\tjoy"]
    test = ["a warm film.", "Too Long", "a joy", "it ends.", "a part"]
    yield train, [1, 0, 0, 0, 1, 0, 1], test
    yield ["good", "good!", "no. 1", "no. 2"], [1, 1, 0, 1], ["good?", "no. 3"]
    yield drawn(rng, 40), rng.integers(0, 9, 40).tolist(), drawn(rng, 12)


@points(1)
def twins(rng):
    """The same text twice in the training, once with another label."""
    yield ["dull", "fine", "Dull", "dull ", "fine"], [0, 1, 1, 0, 1], ["funny"]
    yield ["dull", "dull"], [0, 1], ["d u l l"]
    texts = drawn(rng, int(rng.integers(8, 15)))
    yield [*texts, *reversed(texts)], rng.integers(0, 9, 2 * len(texts)).tolist(), ["never said"]
