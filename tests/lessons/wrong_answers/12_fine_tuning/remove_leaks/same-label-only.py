"""Equal training texts with different labels both stay.

Named: twins-by-text-and-label
"""


def remove_leaks(train_texts, train_labels, test_texts):
    def key(text):
        return "".join(text.lower().split())

    seen = {key(text) for text in test_texts}
    texts, labels = [], []
    for text, label in zip(train_texts, train_labels):
        if key(text) not in seen and (key(text), label) not in seen:
            seen.add((key(text), label))
            texts.append(text)
            labels.append(label)
    return texts, labels
