def remove_leaks(train_texts: list, train_labels: list, test_texts: list) -> tuple[list, list]:

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
