"""Everything that is no letter is dropped, digits and points as well.

Named: leaks-by-letters-only
"""


def remove_leaks(train_texts, train_labels, test_texts):
    def key(text):
        return "".join(c for c in text.lower() if c.isalpha())

    seen = {key(text) for text in test_texts}
    texts, labels = [], []
    for text, label in zip(train_texts, train_labels):
        if key(text) not in seen:
            seen.add(key(text))
            texts.append(text)
            labels.append(label)
    return texts, labels
