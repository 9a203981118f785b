"""Fixed forms: a haiku, a quatrain, an acrostic.

    lines       number of lines, separated by line breaks; one blank line may end a stanza
    syllables   number of syllables of each line
    rhyme       "ABAB": lines of the same letter rhyme
    acrostic    "ZEN": what the lines begin with

`Form.violation` names the constraint that a text breaks. Of a text that is still being generated it
names only what no continuation can mend, as far as the dictionary knows the words. So a form is
both a filter of the next token (`Form.allowed`) and a check of whole texts (`keeping`).
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool

from zen_transformer.errors import UserError, check_range
from zen_transformer.generation.constraints.pronunciation import (
    UnknownWord,
    count_syllables,
    fewest_syllables,
    may_rhyme,
    rhyme,
    words,
)


@dataclass(frozen=True, kw_only=True)
class Form:
    """Constraints on a text; those left out are not checked.

        haiku = Form(syllables=(5, 7, 5))
        quatrain = Form(syllables=(8, 6, 8, 6), rhyme="ABAB")
        jueju = Form(syllables=(5,) * 4, rhyme="ABCB")

    Raises:
        UserError: numbers of lines that contradict each other, or values out of range.
    """

    lines: int | None = None
    """Number of lines; if not given, that of the other constraints."""
    syllables: tuple[int, ...] = ()
    """Number of syllables of each line."""
    rhyme: str = ""
    """A letter for each line; lines of the same letter rhyme."""
    acrostic: str = ""
    """The first letter or Chinese character of each line, in upper or lower case."""

    def __post_init__(self):
        given = {
            "lines": self.lines,
            "syllables": len(self.syllables) or None,
            "rhyme": len(self.rhyme) or None,
            "acrostic": len(self.acrostic) or None,
        }
        counts = {name: count for name, count in given.items() if count is not None}
        for name, count in counts.items():
            check_range(name, count, 1)
        check_range("the smallest of syllables", min(self.syllables, default=1), 1)
        if len(set(counts.values())) > 1:
            listed = ", ".join(f"{name} of {count}" for name, count in counts.items())
            raise UserError(
                f"a form has one number of lines; these ask for different ones: {listed}"
            )
        for name in ("rhyme", "acrostic"):
            if not getattr(self, name).isalpha() and getattr(self, name):
                raise UserError(
                    f"{name} is {getattr(self, name)!r}: it must be letters, one for each line"
                )

    @property
    def line_count(self) -> int | None:
        """Number of lines; None for a form without constraints."""
        counts = self.lines, len(self.syllables), len(self.rhyme), len(self.acrostic)
        return next((count for count in counts if count), None)

    def violation(self, text: str, finished: bool) -> str | None:
        """Describe the first constraint that a text breaks: "syllables: line 2 has 8, not 7".

        Args:
            text: the text.
            finished: False if the text may still grow, and with it its last line and last word.

        Returns:
            None where no constraint is broken.
        """
        return next(self._violations(text, finished, since=0), None)

    def _violations(self, text: str, finished: bool, since: int) -> Iterator[str]:
        """All violations; the lines before number `since` are known to have none."""
        if re.search(r"\n[^\S\n]*\n[^\S\n]*\n", text.rstrip() if finished else text):
            yield "lines: two blank lines in a row"
        *whole, last = text.split("\n")
        whole = [line for line in (*whole, last if finished else "") if line.strip()]
        begun = [] if finished or not last.strip() else [last]
        yield from self._of_the_number(len(whole), len(whole) + len(begun), finished)
        for number, line in list(enumerate((*whole, *begun)))[since:]:
            yield from self._of_the_beginning(number, line, begun=number >= len(whole))
            yield from self._of_the_syllables(number, line, begun=number >= len(whole))
        yield from self._of_the_rhymes(whole, begun, since)

    def _of_the_number(self, whole: int, all_lines: int, finished: bool) -> Iterator[str]:
        wanted = self.line_count
        if wanted is not None and (all_lines > wanted or (finished and whole < wanted)):
            yield f"lines: there are {all_lines}, not {wanted}"

    def _of_the_beginning(self, number: int, line: str, begun: bool) -> Iterator[str]:
        if number >= len(self.acrostic):
            return
        first = next((character for character in line if character.isalnum()), "")
        wanted = self.acrostic[number]
        if first.casefold() != wanted.casefold() and not (begun and not first):
            yield f"acrostic: line {number + 1} begins with {first!r}, not {wanted!r}"

    def _of_the_syllables(self, number: int, line: str, begun: bool) -> Iterator[str]:
        if number >= len(self.syllables):
            return
        wanted = self.syllables[number]
        try:
            counts = frozenset({_fewest_of(line)}) if begun else count_syllables(line)
        except UnknownWord as word:
            yield f"syllables: '{word}' in line {number + 1} cannot be counted"
            return
        if begun and min(counts) > wanted:
            yield f"syllables: line {number + 1} has {min(counts)} or more, not {wanted}"
        if not begun and wanted not in counts:
            possible = " or ".join(map(str, sorted(counts)))
            yield f"syllables: line {number + 1} has {possible}, not {wanted}"

    def _of_the_rhymes(
        self, whole: Sequence[str], begun: Sequence[str], since: int
    ) -> Iterator[str]:
        """Violations of the rhyme. A line that is begun has to rhyme as soon as there is no room
        for another word."""
        first: dict[str, tuple[int, str]] = {}
        for number, (letter, line) in enumerate(zip(self.rhyme, [*whole, *begun], strict=False)):
            end = (words(line) or [""])[-1]
            of, other = first.setdefault(letter, (number, end))
            is_begun = number == len(whole)
            if of == number or number < since or (is_begun and not self._is_full(number, line)):
                continue
            fits = may_rhyme if is_begun and _growing_word(line)[1] else rhyme
            try:
                if not fits(end, other):
                    yield f"rhyme: '{end}', line {number + 1}, not with '{other}', line {of + 1}"
            except UnknownWord as word:
                yield f"rhyme: how '{word}' sounds is not known"

    def _is_full(self, number: int, line: str) -> bool:
        """Whether any further word would exceed the line's syllables."""
        return number < len(self.syllables) and _fewest_of(line) >= self.syllables[number]

    def allowed(self, text: str, pieces: Sequence[str | None]) -> Bool[np.ndarray, " pieces"]:
        """Which pieces may follow a text.

        A piece costs tens of microseconds: pass the likeliest ones rather than a whole vocabulary.

        Args:
            text: the text so far; its complete lines are not checked again.
            pieces: each as it would stand behind the text (" moon", "light", "\\n"); None is the
                end of the text.
        """
        since = sum(bool(line.strip()) for line in text.split("\n")[:-1])
        return np.array(
            [
                next(self._violations(text + (piece or ""), piece is None, since), None) is None
                for piece in pieces
            ],
            bool,
        )


def _fewest_of(line: str) -> int:
    """The minimum number of syllables of a line whose last word may still grow."""
    before, growing = _growing_word(line)
    return min(count_syllables(before)) + (fewest_syllables(growing) if growing else 0)


def _growing_word(line: str) -> tuple[str, str]:
    """The line without its last word, and that word, if letters may still be added to it."""
    last = (words(line) or [""])[-1]
    if not last or not line.rstrip("'’").endswith(last):
        return line, ""
    return line[: line.rindex(last)], last


def keeping(form: Form, texts: Sequence[str], finished: bool = True) -> list[int]:
    """The numbers of the texts that keep a form.

    Raises:
        UserError: none does; the message counts the broken constraints.
    """
    broken = [form.violation(text, finished) for text in texts]
    if None in broken:
        return [number for number, violation in enumerate(broken) if violation is None]
    violations = [violation for violation in broken if violation]
    counts = Counter(violation.partition(":")[0] for violation in violations).most_common()
    often = ", ".join(f"{name} {count} times" for name, count in counts)
    last = violations[-1] if violations else "there was none"
    raise UserError(
        f"no text had the form in {len(texts)} tries, which broke {often or 'nothing'}; the last: "
        f"{last}. Allow more tries, change the prompt or the seed, or ask for less"
    )
