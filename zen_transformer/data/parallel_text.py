"""Texts in pairs, a source and a target, and their split into training and held-out pairs.

    bible       a verse in the English of 1611       →  the same in that of today
    xiehouyu    the first part of a Chinese saying   →  its second part
    a file      rows (`rows.py`) with the columns `source` and `target`; or, in a file of any other
                suffix and in a .tsv that does not begin with these names, a pair a line, with a tab
                between, in which quotation marks are part of the texts

Pairs that reveal each other form a group, which is not divided: the verses of a chapter, the
targets of one source. As in `splits.py`, the groups with the smallest h are held out,

    h(g) = the first 64 bits of SHA-256 of the group's name

without pairs whose source also occurs in training: some verses occur twice in the Bible.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from zen_transformer.data.pipes import stored
from zen_transformer.data.rows import READERS, read_rows
from zen_transformer.data.sources.bible import verses
from zen_transformer.data.sources.xiehouyu import sayings
from zen_transformer.data.splits import text_digest
from zen_transformer.data.text_files import read_lines
from zen_transformer.errors import UserError


class TextPair(NamedTuple):
    """A source, its target, and the name of their group."""

    source: str
    target: str
    group: str


@dataclass(frozen=True)
class SplitPairs:
    """Training and held-out pairs, and a fingerprint that changes with them."""

    train: list[TextPair]
    held_out: list[TextPair]
    fingerprint: str


def comparable_text(text: str) -> str:
    """Return a text without case, spaces and punctuation, by which texts are compared."""
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
    return [TextPair(first, second, comparable_text(first)) for first, second in sayings()]


BUILT_IN: dict[str, Callable[[], list[TextPair]]] = {"bible": _bible, "xiehouyu": _xiehouyu}
"""The pairs that pip packages carry."""


def read_pairs(name: str) -> list[TextPair]:
    """Read all pairs, each once.

    Args:
        name: bible, xiehouyu, or the path of a file.

    Raises:
        UserError: the package is not installed, no such file, or a line that is no pair.
    """
    pairs = BUILT_IN[name]() if name in BUILT_IN else _from_file(Path(name))
    return list(dict.fromkeys(pairs))


COLUMNS = ("source", "target")


def _from_file(path: Path) -> list[TextPair]:
    path = stored(path, rows=True)
    if not path.is_file():
        raise UserError(
            f"no pairs {path}: choose {', '.join(BUILT_IN)}, or give a file ({', '.join(READERS)}) "
            f"with the columns {' and '.join(COLUMNS)}, or with a pair a line and a tab between"
        )
    pairs = _named(path) if _names_columns(path) else _between_tabs(path)
    return [TextPair(source, target, comparable_text(source) or source) for source, target in pairs]


def _names_columns(path: Path) -> bool:
    """Whether a file has rows with names; of texts between tabs, the first line may have them."""
    suffix = path.suffix.lower()
    if suffix != ".tsv":
        return suffix in READERS
    first = next(read_lines(path), "")
    return set(COLUMNS) <= {name.strip('"') for name in first.rstrip("\n").split("\t")}


def _named(path: Path) -> Iterator[tuple[str, str]]:
    for row in read_rows(path, COLUMNS):
        source, target = (row.text(column, nonempty=True).strip() for column in COLUMNS)
        yield source, target


def _between_tabs(path: Path) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(read_lines(path), 1):
        if not line.strip():
            continue
        parts = [part.strip() for part in line.split("\t")]
        if len(parts) != 2 or not all(parts):
            raise UserError(
                f"{path}, line {number}: {line[:40]!r} is no pair: write two texts with one tab "
                "between"
            )
        yield parts[0], parts[1]


def split_pairs(name: str, held_out: float) -> SplitPairs:
    """Read pairs and split them into training and held-out pairs.

    Args:
        name: as in `read_pairs`.
        held_out: the fraction of the groups to hold out, at least one.

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
    held_out_groups = set(groups[: min(max(1, round(held_out * len(groups))), len(groups) - 1)])
    train = [pair for pair in pairs if pair.group not in held_out_groups]
    known = {comparable_text(pair.source) for pair in train}
    measured = [
        pair
        for pair in pairs
        if pair.group in held_out_groups and comparable_text(pair.source) not in known
    ]
    if not measured:
        raise UserError(f"{name}: every text that was held out is among the others, too: add texts")
    # Runs keep it: the class was called Pair when it was first computed.
    described = repr((pairs, held_out)).replace("TextPair(", "Pair(")
    fingerprint = sha256(described.encode()).hexdigest()
    return SplitPairs(train, measured, fingerprint)
