"""A training text that is part of a test text goes.

Named: leaks-found-inside-of-texts
"""


def remove_leaks(train_texts, train_labels, test_texts):
    def key(text):
        return "".join(text.lower().split())

    seen = {key(text) for text in test_texts}
    texts, labels = [], []
    for text, label in zip(train_texts, train_labels):
        if key(text) not in seen and not any(key(text) in t for t in seen):
            seen.add(key(text))
            texts.append(text)
            labels.append(label)
    return texts, labels
