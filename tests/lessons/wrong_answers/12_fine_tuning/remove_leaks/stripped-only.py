"""White space is taken off the ends only.

Named: leaks-stripped-at-the-ends
"""


def remove_leaks(train_texts, train_labels, test_texts):
    def key(text):
        return text.lower().strip()

    seen = {key(text) for text in test_texts}
    texts, labels = [], []
    for text, label in zip(train_texts, train_labels):
        if key(text) not in seen:
            seen.add(key(text))
            texts.append(text)
            labels.append(label)
    return texts, labels
