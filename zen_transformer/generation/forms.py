"""Fixed forms: a haiku, a quatrain, an acrostic.

    lines       how many lines, parted by line breaks; one blank line between two is a stanza's end
    syllables   how many each line has
    rhyme       "ABAB": lines of the same letter rhyme
    acrostic    "ZEN": what the lines begin with

`Form.violation` says which of these a text breaks, also while it is being written: then only what
no continuation can mend, as far as the dictionary knows the words. So a form is a filter of the
next token (`Form.allowed`) as well as a check of the whole (`meet`). The filter looks one token
ahead, no further: it may lead to where nothing is allowed (a line that is full and does not rhyme),
and then the text is begun anew.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool

from zen_transformer.errors import UserError, check_range
from zen_transformer.generation.pronunciation import (
    UnknownWord,
    count_syllables,
    fewest_syllables,
    rhyme,
    words,
)


@dataclass(frozen=True, kw_only=True)
class Form:
    """What a text has to be like; what is left out may be anything.

        haiku = Form(syllables=(5, 7, 5))
        quatrain = Form(syllables=(8, 6, 8, 6), rhyme="ABAB")
        jueju = Form(syllables=(5,) * 4, rhyme="ABCB")

    Raises:
        UserError: numbers of lines that contradict each other, or values that cannot be meant.
    """

    lines: int | None = None
    """How many; as many as the others below ask for, if not given."""
    syllables: tuple[int, ...] = ()
    """Of each line."""
    rhyme: str = ""
    """A letter for each line."""
    acrostic: str = ""
    """The first letter or Chinese character of each line, capital or not."""

    def __post_init__(self):
        asked = {
            "lines": self.lines,
            "syllables": len(self.syllables) or None,
            "rhyme": len(self.rhyme) or None,
            "acrostic": len(self.acrostic) or None,
        }
        asked = {name: count for name, count in asked.items() if count is not None}
        for name, count in asked.items():
            check_range(name, count, 1)
        check_range("the smallest of syllables", min(self.syllables, default=1), 1)
        if len(set(asked.values())) > 1:
            said = ", ".join(f"{name} of {count}" for name, count in asked.items())
            raise UserError(f"a form has one number of lines; these ask for different ones: {said}")
        for name in ("rhyme", "acrostic"):
            if not getattr(self, name).isalpha() and getattr(self, name):
                raise UserError(
                    f"{name} is {getattr(self, name)!r}: it must be letters, one for each line"
                )

    @property
    def line_count(self) -> int | None:
        """How many lines it has, if it says so."""
        counts = self.lines, len(self.syllables), len(self.rhyme), len(self.acrostic)
        return next((count for count in counts if count), None)

    def violation(self, text: str, finished: bool) -> str | None:
        """The constraint that a text breaks, and how: "syllables: line 2 has 8, not 7"; or None.

        Args:
            text: the whole text, or what is written so far.
            finished: False if it may go on. Then the last line, and its last word, may too.
        """
        return next(self._violations(text, finished), None)

    def _violations(self, text: str, finished: bool) -> Iterator[str]:
        if re.search(r"\n[^\S\n]*\n[^\S\n]*\n", text.rstrip() if finished else text):
            yield "lines: two blank lines in a row"
        *whole, last = text.split("\n")
        whole = [line for line in (*whole, last if finished else "") if line.strip()]
        begun = [] if finished or not last.strip() else [last]
        yield from self._of_the_number(len(whole), len(whole) + len(begun), finished)
        for number, line in enumerate((*whole, *begun)):
            yield from self._of_the_beginning(number, line, begun=number >= len(whole))
            yield from self._of_the_syllables(number, line, begun=number >= len(whole))
        yield from self._of_the_rhymes(whole)

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
        before, growing = _growing_word(line) if begun else (line, "")
        try:
            counts = count_syllables(before)
            fewest = min(counts) + (fewest_syllables(growing) if growing else 0)
        except UnknownWord as word:
            yield f"syllables: '{word}' in line {number + 1} cannot be counted"
            return
        if begun and fewest > wanted:
            yield f"syllables: line {number + 1} has {fewest} or more, not {wanted}"
        if not begun and wanted not in counts:
            said = " or ".join(map(str, sorted(counts)))
            yield f"syllables: line {number + 1} has {said}, not {wanted}"

    def _of_the_rhymes(self, lines: Sequence[str]) -> Iterator[str]:
        first: dict[str, tuple[int, str]] = {}
        for number, (letter, line) in enumerate(zip(self.rhyme, lines, strict=False), start=1):
            end = (words(line) or [""])[-1]
            of, other = first.setdefault(letter, (number, end))
            try:
                if of != number and not rhyme(other, end):
                    yield f"rhyme: '{end}', line {number}, does not with '{other}', line {of}"
            except UnknownWord as word:
                yield f"rhyme: how '{word}' sounds is not known"

    def allowed(self, text: str, pieces: Sequence[str | None]) -> Bool[np.ndarray, " pieces"]:
        """Which pieces may come next, each as it would stand behind the text (" moon", "light",
        "\\n"); None is the end. Each costs tens of microseconds: give the likeliest ones rather
        than a whole vocabulary.
        """
        return np.array(
            [
                self.violation(text if piece is None else text + piece, finished=piece is None)
                is None
                for piece in pieces
            ],
            bool,
        )


def _growing_word(line: str) -> tuple[str, str]:
    """The line without its last word, and that word if letters may still be added to it."""
    found = words(line)
    if not found or not line.rstrip("'’").endswith(found[-1]):
        return line, ""
    start = line.rindex(found[-1])
    return line[:start], found[-1]


def meet(form: Form, draw: Callable[[int], str], tries: int = 20) -> str:
    """The first text drawn that has the form.

    Args:
        draw: makes a text; it is given the number of the try, from 0, to derive a seed from.

    Raises:
        UserError: none had it; the message names what was broken how often.
    """
    check_range("tries", tries, 1)
    broken = []
    for attempt in range(tries):
        text = draw(attempt)
        violation = form.violation(text, finished=True)
        if violation is None:
            return text
        broken.append(violation)
    counts = Counter(violation.partition(":")[0] for violation in broken).most_common()
    said = ", ".join(f"{name} {count} times" for name, count in counts)
    raise UserError(
        f"no text had the form in {tries} tries, which broke {said}; the last: {broken[-1]}. "
        "Allow more tries, change the prompt or the seed, or ask for less"
    )
