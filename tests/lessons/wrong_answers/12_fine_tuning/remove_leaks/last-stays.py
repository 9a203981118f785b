"""The last of equal training texts stays.

Named: last-of-twins-kept
"""


def remove_leaks(train_texts, train_labels, test_texts):
    def key(text):
        return "".join(text.lower().split())

    test = {key(text) for text in test_texts}
    last = {key(text): i for i, text in enumerate(train_texts)}
    keep = sorted(i for k, i in last.items() if k not in test)
    return [train_texts[i] for i in keep], [train_labels[i] for i in keep]
