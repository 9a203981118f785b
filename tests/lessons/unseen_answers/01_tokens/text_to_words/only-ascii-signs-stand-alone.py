"""Punctuation is string.punctuation, so a dash or a quotation mark of another script sticks to its word."""

import string
import unicodedata


def text_to_words(text, cased):
    if not cased:
        text = unicodedata.normalize("NFD", text)
        text = "".join(c for c in text if unicodedata.category(c) != "Mn").lower()
    out = ""
    for c in text:
        if c in string.punctuation or "\u4e00" <= c <= "\u9fff":
            out += " " + c + " "
        else:
            out += c
    return out.split()
