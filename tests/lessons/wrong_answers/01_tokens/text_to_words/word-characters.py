"""Word characters are taken for words: it keeps _ in a word and parts other signs."""

import re
import unicodedata


def text_to_words(text, cased):
    if not cased:
        text = unicodedata.normalize("NFD", text)
        text = "".join(c for c in text if unicodedata.category(c) != "Mn").lower()
    return re.findall(r"[\u4e00-\u9fff]|[^\W\u4e00-\u9fff]+|[^\w\s]", text)
