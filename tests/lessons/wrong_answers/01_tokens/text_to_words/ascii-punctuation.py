"""Only the punctuation marks of ASCII stand alone.

Named: punctuation-of-ascii-only
"""

import string
import unicodedata


def text_to_words(text, cased):
    if not cased:
        text = unicodedata.normalize("NFD", text)
        text = "".join(c for c in text if unicodedata.category(c) != "Mn").lower()
    out = ""
    for c in text:
        out += f" {c} " if "\u4e00" <= c <= "\u9fff" or c in string.punctuation else c
    return out.split()
