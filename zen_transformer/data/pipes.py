"""What comes through a pipe, kept in a file: texts are read several times, a pipe only once.

    zcat texts.gz | zen-transformer evaluate - --model runs/gpt
    zen-transformer pretrain --corpus <(zcat texts.gz)

`-` is standard input. Rows that come so have no suffix to tell their format: they are JSON, if they
begin with { or [, between tabs, if the first line has one, and between commas otherwise.
"""

import atexit
import shutil
import sys
from functools import cache
from io import BufferedIOBase
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from zen_transformer.errors import UserError

STANDARD_INPUT = Path("-")


def stored(path: Path, rows: bool = False) -> Path:
    """Return a file that can be read again and again: the path itself, or a temporary one with all
    that comes through, where the path is a pipe.

    Args:
        path: of a file or a pipe, or `-`.
        rows: whether it holds rows; the temporary file then ends as their format does.

    Raises:
        UserError: there is no standard input.
    """
    if path == STANDARD_INPUT:
        if sys.stdin is None:
            raise UserError("there is no standard input: name a file in place of -")
        return _store_stream(sys.stdin, rows)
    return _store_pipe(path, rows) if path.is_fifo() else path


@cache
def _store_stream(stream: Any, rows: bool) -> Path:
    return _store(stream.buffer, "standard-input", rows)


@cache
def _store_pipe(path: Path, rows: bool) -> Path:
    with path.open("rb") as pipe:
        return _store(pipe, path.name, rows)


def _store(source: BufferedIOBase, name: str, rows: bool) -> Path:
    folder = Path(mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / name
    with path.open("wb") as file:
        shutil.copyfileobj(source, file)
    return path.rename(path.with_name(name + _suffix(path))) if rows else path


def _suffix(path: Path) -> str:
    """The suffix of the format in which rows are."""
    with path.open("rb") as file:
        first = next((line for line in file if line.strip()), b"").strip()
    if first.startswith((b"{", b"[")):
        return ".jsonl"
    return ".tsv" if b"\t" in first else ".csv"
