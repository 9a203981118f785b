def remove_leaks(train_texts: list, train_labels: list, test_texts: list) -> tuple[list, list]:
    """The training examples without what would give the test away.

    Two texts are the same if their letters are: upper and lower case, and white space of any
    kind and number, make no difference. A training text that is the same as any test text goes.
    Of training texts that are the same as each other the first one stays.

    Args:
        train_texts: strings.
        train_labels: whole numbers, one for each.
        test_texts: strings.

    Returns:
        the texts that stay, in their order and as they were written, and their labels.
    """

    def letters(text):
        return "".join(text.lower().split())

    seen = {letters(text) for text in test_texts}
    texts, labels = [], []
    for text, label in zip(train_texts, train_labels, strict=True):
        if letters(text) not in seen:
            texts.append(text)
            labels.append(label)
            seen.add(letters(text))
    return texts, labels
