"""re.sub, setdefault and zip."""


def remove_leaks(train_texts, train_labels, test_texts):
    import re

    keys = [re.sub("[\\s]+", "", text).casefold() for text in train_texts]
    test = [re.sub("[\\s]+", "", text).casefold() for text in test_texts]
    stay = [i for i, k in enumerate(keys) if k not in test and keys.index(k) == i]
    return [train_texts[i] for i in stay], [train_labels[i] for i in stay]
