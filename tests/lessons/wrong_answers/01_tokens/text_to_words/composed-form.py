"""NFC keeps an accent and its letter in one character, so nothing is dropped.

Named: accents-composed
"""

import unicodedata


def text_to_words(text, cased):
    if not cased:
        text = unicodedata.normalize("NFC", text)
        text = "".join(c for c in text if unicodedata.category(c) != "Mn").lower()
    out = ""
    for c in text:
        alone = "\u4e00" <= c <= "\u9fff" or unicodedata.category(c)[0] == "P" or c in "$+<=>^`|~"
        out += f" {c} " if alone else c
    return out.split()
