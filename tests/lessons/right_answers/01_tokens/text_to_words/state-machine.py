"""A loop with the current word, written out at white space and at what stands alone."""

import unicodedata


def text_to_words(text, cased):
    words, current = [], []
    for c in text if cased else unicodedata.normalize("NFD", text.lower()):
        kind = unicodedata.category(c)
        alone = kind[0] == "P" or c in set("$+<=>^`|~") or 0x4E00 <= ord(c) <= 0x9FFF
        if kind == "Mn" and not cased:
            continue
        if (alone or c.isspace()) and current:
            words.append("".join(current))
            current = []
        if alone:
            words.append(c)
        elif not c.isspace():
            current.append(c)
    return words + (["".join(current)] if current else [])
