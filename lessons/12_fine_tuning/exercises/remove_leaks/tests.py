from zen_transformer.grading import points


@points(1)
def one_leak():
    """The second of three texts is in the test as well."""
    yield ["good", "so so", "bad"], [1, 0, 0], ["so so"]
    yield ["good", "bad"], [1, 0], ["dull"]


@points(1)
def leaks_in_other_clothes():
    """Capitals, double spaces, line ends."""
    train = ["A warm film .", "too  long", "It ends\n.", "awarm film.", "funny"]
    yield train, [1, 0, 0, 0, 1], ["a warm film.", "Too Long", "a joy"]


@points(1)
def twins():
    """The same text twice in the training, once with another label."""
    yield ["dull", "fine", "Dull", "dull ", "fine"], [0, 1, 1, 0, 1], ["funny"]
    yield ["dull", "dull"], [0, 1], ["d u l l"]
