"""The command line, called in this process: quick, where a command neither trains nor is stopped.

run_here("report", "nowhere").stderr       "zen-transformer: nowhere holds no run: …\\n"
"""

import sys
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from zen_transformer.commands import main


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    stdout: str
    stderr: str


def run_here(*arguments: str | Path, given: bytes = b"") -> Ended:
    """Call a command; `given` is its standard input."""
    out, error, code = StringIO(), StringIO(), 0
    with (
        redirect_stdout(out),
        redirect_stderr(error),
        patch.object(sys, "argv", ["zen-transformer", *map(str, arguments)]),
        patch.object(sys, "stdin", TextIOWrapper(BytesIO(given), "utf-8")),
        patch("signal.signal"),
        patch.object(main, "keep_freed_memory"),
    ):
        try:
            main.main()
        except SystemExit as end:
            code = int(end.code or 0)
    return Ended(code, out.getvalue(), error.getvalue())


def refusal(*arguments: str | Path, given: bytes = b"") -> str:
    """The line with which a command refuses what it was given; it exits with 2."""
    ended = run_here(*arguments, given=given)
    assert ended.code == 2, ended
    assert ended.stderr.startswith("zen-transformer: ") and ended.stderr.count("\n") == 1, ended
    return ended.stderr.removeprefix("zen-transformer: ").rstrip("\n")
