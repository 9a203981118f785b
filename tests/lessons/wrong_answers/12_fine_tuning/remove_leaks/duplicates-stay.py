"""Equal training texts all stay.

Named: the-same-text-twice
"""


def remove_leaks(train_texts, train_labels, test_texts):
    def key(text):
        return "".join(text.lower().split())

    seen = {key(text) for text in test_texts}
    texts, labels = [], []
    for text, label in zip(train_texts, train_labels):
        if key(text) not in seen:
            texts.append(text)
            labels.append(label)
    return texts, labels
