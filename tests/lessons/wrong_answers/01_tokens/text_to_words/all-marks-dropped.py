"""Every mark is dropped, also the spacing ones (Mc) that are vowels.

Named: all-marks-dropped
"""

import unicodedata


def text_to_words(text, cased):
    if not cased:
        text = unicodedata.normalize("NFD", text)
        text = "".join(c for c in text if not unicodedata.category(c).startswith("M")).lower()
    out = ""
    for c in text:
        alone = "\u4e00" <= c <= "\u9fff" or unicodedata.category(c)[0] == "P" or c in "$+<=>^`|~"
        out += f" {c} " if alone else c
    return out.split()
