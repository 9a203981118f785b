"""Text becomes words.  Devlin et al. 2019, their `BasicTokenizer`; HuggingFace's
`BertNormalizer` and `BertPreTokenizer`.

    1. control characters go; white space separates
    2. a Chinese character is a word of its own
    3. accents go:   NFD, then every mark (category Mn) is dropped
    4. lower case
    5. a punctuation character is a word of its own

Each word remembers where in the text it came from. All five work inside a stretch
between two white spaces, a chunk, so what was found out about a chunk can be kept for
the next time it comes by.
"""

import re
import unicodedata
from typing import NamedTuple

CHUNK = re.compile(r"[^\t\n\r\u0020\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
"""A stretch without white space. Other blank-looking characters are control characters."""

CHINESE = re.compile(
    "[\u4e00-\u9fff\u3400-\u4dbf\U00020000-\U0002a6df\U0002a700-\U0002b73f"
    "\U0002b740-\U0002b81f\U0002b920-\U0002ceaf\uf900-\ufaff\U0002f800-\U0002fa1f]"
)
"""The CJK ideographs, without Japanese kana and Korean Hangul, which are written in words."""


class Character(NamedTuple):
    """A normalized character, the place it came from, and whether it stands alone."""

    text: str
    source: int
    alone: bool


class Word(NamedTuple):
    """A word as normalized characters; `start` and `end` are its place in the chunk."""

    characters: tuple[Character, ...]

    @property
    def text(self) -> str:
        return "".join(character.text for character in self.characters)


def is_control(character: str) -> bool:
    """Characters that vanish: control, format, private use, and the replacement character.

    Unassigned ones (Cn) stay: which they are depends on the Unicode version at hand.
    """
    return character == "\ufffd" or unicodedata.category(character) in {"Cc", "Cf", "Co", "Cs"}


def is_punctuation(character: str) -> bool:
    """Unicode's P*, and every printable ASCII character that is neither letter nor digit."""
    if character.isascii():
        return character.isprintable() and not character.isalnum() and character != " "
    return unicodedata.category(character).startswith("P")


def normalize(
    chunk: str, lowercase: bool, strip_accents: bool, tokenize_chinese_chars: bool
) -> list[Character]:
    """Steps 1 to 5 for the characters of one chunk."""
    characters = []
    for source, original in enumerate(chunk):
        if is_control(original):
            continue
        chinese = tokenize_chinese_chars and CHINESE.match(original) is not None
        text = unicodedata.normalize("NFD", original) if strip_accents else original
        for character in text:
            if strip_accents and unicodedata.category(character) == "Mn":
                continue
            for lowered in character.lower() if lowercase else character:
                characters.append(Character(lowered, source, chinese or is_punctuation(lowered)))
    return characters


def words_in_chunk(
    chunk: str, lowercase: bool, strip_accents: bool, tokenize_chinese_chars: bool
) -> list[Word]:
    """The words of one chunk, in order."""
    words: list[list[Character]] = []
    joinable = False
    for character in normalize(chunk, lowercase, strip_accents, tokenize_chinese_chars):
        if joinable and not character.alone:
            words[-1].append(character)
        else:
            words.append([character])
        joinable = not character.alone
    return [Word(tuple(word)) for word in words]
