"""Points and digits are dropped as well before texts are compared."""

import re


def remove_leaks(train_texts, train_labels, test_texts):
    def key(text):
        return " ".join(re.findall(r"[^\W\d_]+", text.lower()))

    seen = {key(t) for t in test_texts}
    texts, labels = [], []
    for text, label in zip(train_texts, train_labels):
        if key(text) not in seen:
            seen.add(key(text))
            texts.append(text)
            labels.append(label)
    return texts, labels
