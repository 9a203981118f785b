"""The console that tables and colours are printed on."""

import sys
from collections.abc import Iterable
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Column, Table
from rich.text import Text

from zen_transformer.printing import visible

READABLE = 20
"""Columns of the terminal that a column of words needs for its lines to be read."""
PADDING = 1
"""Columns between two of a table."""
UNLIMITED = 100_000


class VisibleConsole(Console):
    """A console of Rich whose texts have neither markup nor control characters that are obeyed.

    Args:
        width: of what is wrapped where the output is no terminal.
        options: of Rich's `Console`.
    """

    def __init__(self, width: int | None = None, **options: Any):
        width = None if sys.stdout.isatty() else width
        super().__init__(width=width, highlight=False, markup=False, **options)

    def render(self, *arguments: Any, **options: Any) -> Iterable[Segment]:
        """Yield the segments of what is printed."""
        for text, style, control in super().render(*arguments, **options):
            yield Segment(text if control else visible(text), style, control)

    def print_table(self, table: Table) -> None:
        """Print a table so that it can be read: a row a line where there is room or no terminal;
        otherwise with the columns of words wrapped; or, on a narrow terminal, row below row."""
        if not sys.stdout.isatty():
            VisibleConsole(UNLIMITED).print(table)
        elif fits(table, self.width):
            self.print(table)
        else:
            for row in range(table.row_count):
                self._print_row(table, row)

    def _print_row(self, table: Table, row: int) -> None:
        """Print the cells of a row below each other, behind the names of their columns."""
        first, *others = table.columns
        self.print(as_text(list(first.cells)[row], "bold"))
        for column in others:
            name, cell = as_text(column.header).plain, as_text(list(column.cells)[row])
            if cell.plain.strip():
                line = Text.assemble(f"{name}: " if name and table.show_header else "", cell)
                self.print(Padding(line, (0, 0, 0, 2)))


def as_text(cell: Any, style: str = "") -> Text:
    """The text of a cell, without white space that only aligns it."""
    text = cell.copy() if isinstance(cell, Text) else Text(str(cell))
    text.stylize(style)
    text.rstrip()
    return text


def fits(table: Table, width: int) -> bool:
    """Whether a table can be read in so many columns of a terminal: numbers and names unbroken, and
    words in lines that are not too short."""
    needed = PADDING * (len(table.columns) - 1)
    return needed + sum(_narrowest(table, column) for column in table.columns) <= width


def _narrowest(table: Table, column: Column) -> int:
    """The width that a column needs."""
    texts = [*column.cells, *([column.header] if table.show_header else [])]
    natural = max((cell_len(as_text(text).plain) for text in texts), default=0)
    wraps = not column.no_wrap and column.justify != "right"
    return min(natural, READABLE) if wraps else natural
