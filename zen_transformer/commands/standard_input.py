"""Texts that commands are given: those on the command line, and those on standard input, for which
`-` stands, and which is also read where no text is given and nobody sits at a terminal."""

import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from zen_transformer.errors import UserError

DASH = "-"
"""Stands for standard input."""


class GivenText(NamedTuple):
    """A text, and the place where it stands, for errors; "" on the command line."""

    place: str
    text: str

    def error(self, error: UserError) -> UserError:
        """Return an error of this text, with its place."""
        return UserError(f"{self.place}: {error}") if self.place else error


def is_piped() -> bool:
    """Whether there is a standard input that is no terminal."""
    return sys.stdin is not None and not sys.stdin.isatty()


def given_texts(texts: Sequence[str]) -> Iterator[GivenText]:
    """Yield the texts of a command line, with the lines of standard input in place of `-`, or of
    nothing; blank lines are left out.

    Raises:
        UserError: a line is not UTF-8.
    """
    if not texts and is_piped():
        texts = (DASH,)
    for text in texts:
        if text == DASH:
            yield from _lines()
        else:
            yield GivenText("", text)


def given_text(text: str | None) -> str:
    """Return the text of a command line or, in place of `-` or of nothing, all of standard input
    without its last line end; "" if there is neither.

    Raises:
        UserError: standard input is not UTF-8.
    """
    if text is not None and text != DASH:
        return text
    if sys.stdin is None or (text is None and not is_piped()):
        return ""
    content = sys.stdin.buffer.read()
    try:
        return content.decode("utf-8-sig").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise UserError(
            f"standard input is not UTF-8: byte {error.start} cannot be read"
        ) from error


def _lines() -> Iterator[GivenText]:
    for number, line in enumerate(sys.stdin.buffer if sys.stdin else (), start=1):
        place = f"line {number} of standard input"
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
        except UnicodeDecodeError as error:
            raise UserError(f"{place} is not UTF-8: byte {error.start} cannot be read") from error
        if text:
            yield GivenText(place, text)
