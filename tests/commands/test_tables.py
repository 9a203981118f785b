"""Tables on terminals of any width, and where there is no terminal."""

import sys
from io import StringIO

import pytest
from in_process import run_here
from rich.table import Table
from rich.text import Text

from zen_transformer.commands.console import VisibleConsole

LONG = "words that say what stands here, which are more than fit into one line"


class Terminal(StringIO):
    """Standard output that is a terminal."""

    def isatty(self):
        return True


def table() -> Table:
    made = Table(box=None, pad_edge=False)
    made.add_column("name", no_wrap=True)
    made.add_column("figure", justify="right")
    made.add_column("what it is")
    made.add_row("first", "1,234.5", LONG)
    made.add_row(Text("second"), "6 *", "\x1b[2Jshort")
    return made


def printed(monkeypatch, width=None) -> str:
    """What stands on a terminal of a width, or behind a pipe."""
    output = StringIO() if width is None else Terminal()
    monkeypatch.setattr(sys, "stdout", output)
    options = {} if width is None else {"force_terminal": True, "color_system": None}
    console = VisibleConsole(**options)
    if width is not None:
        console.size = (width, 50)
    console.print_table(table())
    return output.getvalue()


@pytest.mark.parametrize("width", [200, 90])
def test_a_row_is_a_line_where_there_is_room(monkeypatch, width):
    head, first, second = printed(monkeypatch, width).splitlines()
    assert head.split() == ["name", "figure", "what", "it", "is"]
    assert first.split(maxsplit=2) == ["first", "1,234.5", LONG]
    assert second.endswith("\\u001b[2Jshort".ljust(len(LONG)))


def test_words_are_wrapped_below_each_other(monkeypatch):
    lines = printed(monkeypatch, 50).splitlines()
    column = lines[0].index("what")
    assert len(lines) == 5 and all(len(line) <= 50 for line in lines)
    assert " ".join(line[column:].strip() for line in lines[1:4]) == LONG
    assert not lines[2][:column].strip()


def test_on_a_narrow_terminal_the_cells_stand_below_each_other(monkeypatch):
    lines = [line.rstrip() for line in printed(monkeypatch, 24).splitlines()]
    assert lines[:2] == ["first", "  figure: 1,234.5"]
    assert " ".join(line.strip() for line in lines[2:-3]) == f"what it is: {LONG}"
    assert lines[-3:] == ["second", "  figure: 6 *", "  what it is:"] or lines[-3] == "second"
    assert all(len(line) <= 24 for line in lines)


@pytest.mark.parametrize("columns", ["20", "80"])
def test_behind_a_pipe_nothing_is_cut_or_wrapped(monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    lines = printed(monkeypatch).splitlines()
    assert len(lines) == 3 and lines[1].split(maxsplit=2)[2] == LONG


def test_the_lists_of_commands_are_a_line_for_each(monkeypatch):
    monkeypatch.setenv("COLUMNS", "30")
    for command in ("corpus", "presets"):
        lines = run_here(command).stdout.splitlines()
        assert sum(line.startswith(" ") for line in lines) == 0
