"""Upper and lower case are told apart.

Named: leaks-with-capitals
"""


def remove_leaks(train_texts, train_labels, test_texts):
    def key(text):
        return "".join(text.split())

    seen = {key(text) for text in test_texts}
    texts, labels = [], []
    for text, label in zip(train_texts, train_labels):
        if key(text) not in seen:
            seen.add(key(text))
            texts.append(text)
            labels.append(label)
    return texts, labels
