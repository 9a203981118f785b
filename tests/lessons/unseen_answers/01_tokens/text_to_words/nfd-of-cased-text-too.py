"""The text is brought into NFD for cased models as well: accents stay, but as characters of their own."""

import unicodedata


def text_to_words(text, cased):
    text = unicodedata.normalize("NFD", text)
    if not cased:
        text = "".join(c for c in text if unicodedata.category(c) != "Mn").lower()
    words, word = [], ""
    for c in text:
        alone = "\u4e00" <= c <= "\u9fff" or unicodedata.category(c)[0] == "P" or c in "$+<=>^`|~"
        if alone or c.isspace():
            if word:
                words.append(word)
            word = ""
            if alone:
                words.append(c)
        else:
            word += c
    return words + [word] if word else words
