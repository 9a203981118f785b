"""Only white space at the ends is taken off: two spaces inside make another text."""


def remove_leaks(train_texts, train_labels, test_texts):
    test = {t.strip().lower() for t in test_texts}
    texts, labels, seen = [], [], set()
    for text, label in zip(train_texts, train_labels):
        k = text.strip().lower()
        if k in test or k in seen:
            continue
        seen.add(k)
        texts.append(text)
        labels.append(label)
    return texts, labels
