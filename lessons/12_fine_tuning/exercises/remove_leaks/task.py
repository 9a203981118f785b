def remove_leaks(train_texts: list, train_labels: list, test_texts: list) -> tuple[list, list]:
    """The training examples without what would give the test away.

    Upper and lower case, and white space of any kind and number, make no difference: two texts are
    the same if all other characters are, points and digits too. A training text that is the
    same as any test text goes. Of training texts that are the same as each other the first one
    stays.

    Args:
        train_texts: strings.
        train_labels: whole numbers, one for each.
        test_texts: strings.

    Returns:
        the texts that stay, in their order and as they were written, and their labels.
    """
    raise NotImplementedError
