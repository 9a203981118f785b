"""Files: JSON that is read with a message where it is damaged, and writing in one step.

A reader finds the old file or the new one, whole, whatever happens meanwhile.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from zen_transformer.errors import UserError


def make_folder(path: Path) -> None:
    """Make a folder and those above it.

    Raises:
        UserError: where that cannot be, as on a disk that is full or read-only.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"cannot make the folder {path}: {error.strerror}") from error


def read_json(path: Path) -> dict[str, Any]:
    """Read the fields of a JSON file.

    Raises:
        UserError: the file is damaged, or holds no object.
    """
    return parse_json(path.read_bytes(), path)


def parse_json(text: str | bytes, path: Path) -> dict[str, Any]:
    """Parse a JSON object from the text of a file, or from one of its lines.

    Raises:
        UserError: the text is damaged, or holds no object.
    """
    try:
        content = json.loads(text)
    except ValueError as error:
        raise UserError(f"{path} is not readable JSON: {error}") from error
    if not isinstance(content, dict):
        raise UserError(f"{path} holds no fields: it begins with {str(content)[:20]!r}")
    return content


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to. What was written there is synced to the disk and takes
    the place of `path` in one step when the block ends; if it fails, `path` stays as it was.

    Raises:
        UserError: the disk is full, or the folder cannot be written to.
    """
    aside = path.with_name(f"{path.name}.tmp")
    try:
        aside.touch()
        mode = aside.stat().st_mode
        yield aside
        aside.chmod(mode)  # safetensors makes files that nobody else may read
        _sync(aside)
        aside.replace(path)
        _sync(path.parent)
    except OSError as error:
        raise UserError(
            f"cannot write {path}: {error.strerror or error}; what was there before is unchanged"
        ) from error
    finally:
        if aside.exists():
            aside.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text in one step."""
    with written_aside(path) as aside:
        aside.write_text(text, "utf-8")


def _sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk. Windows cannot open folders."""
    if os.name == "nt" and path.is_dir():
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
