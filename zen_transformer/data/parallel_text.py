"""Texts that come in pairs, one to read and one to write, and which of them are held out.

    bible       a verse in the English of 1611  →  the same in that of today       `bible.py`
    xiehouyu    a Chinese riddle                →  its punchline                   `xiehouyu.py`
    a file      one pair a line, with a tab between

Pairs that tell of each other stay together: the verses of a chapter, the answers to one text. As
in `held_out.py` the groups with the smallest h are held out,

    h(g) = the first 64 bits of SHA-256 of the group's name

and of these only what has not been learnt from another group word for word: some verses stand in
the Bible twice.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from zen_transformer.data.sources.bible import verses
from zen_transformer.data.sources.xiehouyu import sayings
from zen_transformer.data.splits import text_digest
from zen_transformer.errors import UserError


class TextPair(NamedTuple):
    """A text, what becomes of it, and the name of what it belongs to."""

    source: str
    target: str
    group: str


@dataclass(frozen=True)
class SplitPairs:
    """Pairs to learn from, pairs to measure on, and what changes with any of them."""

    train: list[TextPair]
    held_out: list[TextPair]
    fingerprint: str


def comparable_text(text: str) -> str:
    """A text without case, spaces and punctuation: what makes two texts the same."""
    return re.sub(r"[\W_]+", "", text).casefold()


def _bible() -> list[TextPair]:
    old, new = verses("kjv"), verses("web")
    both = [number for number in old if number in new]
    # The file of the newer one has backticks for apostrophes.
    return [
        TextPair(old[number], new[number].replace("`", "'"), f"chapter {number // 1000}")
        for number in both
    ]


def _xiehouyu() -> list[TextPair]:
    return [TextPair(riddle, punchline, comparable_text(riddle)) for riddle, punchline in sayings()]


BUILT_IN: dict[str, Callable[[], list[TextPair]]] = {"bible": _bible, "xiehouyu": _xiehouyu}
"""The pairs that pip packages carry."""


def read_pairs(name: str) -> list[TextPair]:
    """All pairs of a built-in collection or of a file, each once.

    Raises:
        UserError: the package is not installed, or the file has no pairs.
    """
    pairs = BUILT_IN[name]() if name in BUILT_IN else _from_file(Path(name))
    return list(dict.fromkeys(pairs))


def _from_file(path: Path) -> list[TextPair]:
    if not path.is_file():
        raise UserError(
            f"no pairs {path}: choose {', '.join(BUILT_IN)}, or give a file with a pair a line and "
            "a tab between"
        )
    try:
        lines = path.read_text("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8: save it as such") from error
    pairs = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        parts = [part.strip() for part in line.split("\t")]
        if len(parts) != 2 or not all(parts):
            raise UserError(
                f"{path}, line {number}: {line[:40]!r} is no pair: write two texts with one tab "
                "between"
            )
        pairs.append(TextPair(parts[0], parts[1], comparable_text(parts[0]) or parts[0]))
    return pairs


def split_pairs(name: str, held_out: float) -> SplitPairs:
    """The pairs of a collection on their two sides.

    Args:
        name: as in `read_pairs`.
        held_out: the part of the groups to hold out, but at least one.

    Raises:
        UserError: as `read_pairs`, or fewer than two groups.
    """
    pairs = read_pairs(name)
    groups = sorted({pair.group for pair in pairs}, key=lambda group: (text_digest(group), group))
    if len(groups) < 2:
        raise UserError(
            f"{name} has {len(groups)} different texts to read, at least two are needed: one to "
            "learn from, one held out"
        )
    kept_back = set(groups[: min(max(1, round(held_out * len(groups))), len(groups) - 1)])
    train = [pair for pair in pairs if pair.group not in kept_back]
    known = {comparable_text(pair.source) for pair in train}
    measured = [
        pair
        for pair in pairs
        if pair.group in kept_back and comparable_text(pair.source) not in known
    ]
    if not measured:
        raise UserError(f"{name}: every text that was held out is among the others, too: add texts")
    fingerprint = sha256(repr((pairs, held_out)).encode()).hexdigest()
    return SplitPairs(train, measured, fingerprint)
