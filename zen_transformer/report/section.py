"""What a page consists of: sections with texts, tables and pictures, as plain data."""

from collections.abc import Sequence
from typing import Any, NamedTuple


class Bar(NamedTuple):
    """A word with its probability, drawn as a bar."""

    label: str
    share: float


class BarGroups(NamedTuple):
    """Groups of bars in one cell of a table."""

    groups: Sequence[Sequence[Bar]]
    faint: bool = False


Cell = str | BarGroups


class Table(NamedTuple):
    """A table; what is a number stands right."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    numbers: frozenset[int] = frozenset()
    """Columns of numbers."""
    folded: str = ""
    """If given, the table is folded away behind this title."""


class Picture(NamedTuple):
    """A picture of the run's `plots`, by its name, or the data of one."""

    name: str
    caption: str
    wide: bool = False
    source: str = ""


class Folded(NamedTuple):
    """Pictures that are folded away behind a title."""

    title: str
    pictures: Sequence[Picture]


class Section(NamedTuple):
    """A part of a page. What a run does not have yet is said in its place."""

    title: str
    content: Sequence[Any] = ()
    """Paragraphs (str), `Table`, `Picture`, `Panels` and `Folded`, in their order."""
    missing: str = ""
    """What is not there, if nothing of it is."""


class Panels(NamedTuple):
    """Pictures side by side, without captions."""

    pictures: Sequence[Picture]


class Page(NamedTuple):
    """What a task has to say about a run of its own."""

    setup: Sequence[tuple[str, str]]
    """Rows of the first table: what was read, and what learnt from it."""
    sections: Sequence[Section]
    commands: Sequence[str]
    """What can be done with what is there."""
    finished: bool
    """Whether nothing is left to do."""
