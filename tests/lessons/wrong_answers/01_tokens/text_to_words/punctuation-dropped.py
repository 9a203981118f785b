"""Punctuation is taken for white space and lost.

Named: punctuation-lost
"""

import unicodedata


def text_to_words(text, cased):
    if not cased:
        text = unicodedata.normalize("NFD", text)
        text = "".join(c for c in text if unicodedata.category(c) != "Mn").lower()
    out = ""
    for c in text:
        alone = "\u4e00" <= c <= "\u9fff" or unicodedata.category(c)[0] == "P" or c in "$+<=>^`|~"
        out += " " if alone else c
    return out.split()
