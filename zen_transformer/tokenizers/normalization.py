"""How BERT normalizes text and splits it into words.  Devlin et al. 2019, their `BasicTokenizer`;
HuggingFace's `BertNormalizer` and `BertPreTokenizer`.

    1. control characters are removed; white space separates words
    2. each Chinese character is a word
    3. accents are removed:   NFD, then every mark (category Mn) is dropped
    4. lower case
    5. each punctuation character is a word

Every character keeps its offset in the text. All five steps work within a chunk, the text between
two white spaces, so the words of a chunk can be cached.
"""

import re
import unicodedata
from typing import NamedTuple

CHUNK = re.compile(r"[^\t\n\r\u0020\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
"""Text without white space. Other characters that look blank are control characters."""

CHINESE = re.compile(
    "[\u4e00-\u9fff\u3400-\u4dbf\U00020000-\U0002a6df\U0002a700-\U0002b73f"
    "\U0002b740-\U0002b81f\U0002b920-\U0002ceaf\uf900-\ufaff\U0002f800-\U0002fa1f]"
)
"""The CJK ideographs; Japanese kana and Korean Hangul are split at white space."""


class Character(NamedTuple):
    """A normalized character, its offset in the chunk, and whether it is a word by itself."""

    text: str
    source: int
    alone: bool


class Word(NamedTuple):
    """A word as its normalized characters."""

    characters: tuple[Character, ...]

    @property
    def text(self) -> str:
        """The normalized word."""
        return "".join(character.text for character in self.characters)


def is_control(character: str) -> bool:
    """Whether a character is removed: control, format, private use, surrogate, and the replacement
    character.

    Unassigned characters (Cn) remain: which these are depends on Python's Unicode version.
    """
    return character == "\ufffd" or unicodedata.category(character) in {"Cc", "Cf", "Co", "Cs"}


def is_punctuation(character: str) -> bool:
    """Whether a character is in a category P* of Unicode, or a printable ASCII character that is
    neither a letter, nor a digit, nor a space."""
    if character.isascii():
        return character.isprintable() and not character.isalnum() and character != " "
    return unicodedata.category(character).startswith("P")


def normalize(
    chunk: str, lowercase: bool, strip_accents: bool, tokenize_chinese_chars: bool
) -> list[Character]:
    """Return the characters of a chunk after steps 1 to 5."""
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
    """Return the words of a chunk, in order."""
    words: list[list[Character]] = []
    joinable = False
    for character in normalize(chunk, lowercase, strip_accents, tokenize_chinese_chars):
        if joinable and not character.alone:
            words[-1].append(character)
        else:
            words.append([character])
        joinable = not character.alone
    return [Word(tuple(word)) for word in words]
