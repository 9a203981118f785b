"""Tokens that are added to a vocabulary and kept whole in text; `AddedToken` of HuggingFace's
`tokenizers`.

A text is divided at the tokens that are looked for in it as it is written, and what lies between
these at the tokens that are looked for in normalized text. At each place the longest token counts,
from left to right.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from zen_transformer.errors import UserError

Normalize = Callable[[str], tuple[str, Sequence[int]]]
"""Returns normalized text, and the offset of the character that each of its characters is from."""


@dataclass(frozen=True)
class AddedToken:
    """A token and where it is found in a text, with the defaults of `tokenizers`.

    Args:
        content: its text.
        single_word: Only where it is no part of a longer word.
        lstrip: Together with the white space before it.
        rstrip: Together with the white space behind it.
        normalized: Look for it, normalized, in normalized text; if not given, unless it is special.
        special: It stands for no text: `decode` leaves it out.

    Raises:
        UserError: it is empty.
    """

    content: str
    single_word: bool = False
    lstrip: bool = False
    rstrip: bool = False
    normalized: bool | None = None
    special: bool = False

    def __post_init__(self):
        if not self.content:
            raise UserError("an added token is empty: give it a text")
        if self.normalized is None:
            object.__setattr__(self, "normalized", not self.special)

    def with_id(self, number: int) -> dict[str, Any]:
        """Return the fields as `tokenizer.json` lists them."""
        return {"id": number, **asdict(self)}


class Part(NamedTuple):
    """A part of a text: an added token, or what lies between two."""

    token: AddedToken | None
    start: int
    end: int


class AddedTokenFinder:
    """Finds added tokens in texts.

    Args:
        tokens: to look for.
        normalize: of the tokenizer.
    """

    def __init__(self, tokens: Iterable[AddedToken], normalize: Normalize):
        self.normalize = normalize
        self.as_written = {t.content: t for t in tokens if not t.normalized}
        names = {normalize(t.content)[0]: t for t in tokens if t.normalized}
        self.in_normalized = {name: token for name, token in names.items() if name}
        self.patterns = _pattern(self.as_written), _pattern(self.in_normalized)

    def parts(self, text: str, start: int, end: int, split_special: bool) -> Iterator[Part]:
        """Divide `text[start:end]`; if `split_special`, special tokens are plain text."""
        text, written = text[start:end], self.as_written
        for part in _divide(text, self.patterns[0], written, split_special):
            for token, first, last in self._of_part(text, part, split_special):
                yield Part(token, start + first, start + last)

    def _of_part(self, text: str, part: Part, split_special: bool) -> Iterable[Part]:
        if part.token or not self.in_normalized:
            return [part]
        normalized, offsets = self.normalize(text[part.start : part.end])
        return [
            Part(token, part.start + offsets[first], part.start + offsets[last - 1] + 1)
            for token, first, last in _divide(
                normalized, self.patterns[1], self.in_normalized, split_special
            )
        ]


def _pattern(names: Iterable[str]) -> re.Pattern[str]:
    """A pattern that prefers longer names; without any it matches nowhere."""
    return re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))) or r"(?!)")


def _divide(
    text: str, pattern: re.Pattern[str], tokens: dict[str, AddedToken], split_special: bool
) -> Iterator[Part]:
    done = 0
    for found in pattern.finditer(text):
        token, (start, end) = tokens[found[0]], found.span()
        inside = _is_of_word(text[start - 1 : start]) or _is_of_word(text[end : end + 1])
        if (token.special and split_special) or (token.single_word and inside):
            continue
        while token.lstrip and start > done and _is_space(text[start - 1]):
            start -= 1
        while token.rstrip and end < len(text) and _is_space(text[end]):
            end += 1
        if start > done:
            yield Part(None, done, start)
        yield Part(token, max(start, done), end)
        done = end
    if done < len(text):
        yield Part(None, done, len(text))


def _is_of_word(character: str) -> bool:
    """Whether a character is one of words: a letter, a mark, a digit, a connector, a joiner; no
    character is none."""
    return bool(character) and (
        character.isalnum()
        or character in "\u200c\u200d"
        or unicodedata.category(character) in ("Mn", "Mc", "Me", "Pc")
    )


def _is_space(character: str) -> bool:
    """Whether Unicode calls a character white space; Python does so with four more."""
    return character.isspace() and not "\x1c" <= character <= "\x1f"
