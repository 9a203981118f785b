"""Files: reading JSON with clear errors, and atomic writing.

At any moment a reader finds either the complete old file or the complete new one.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from zen_transformer.errors import UserError


def make_folder(path: Path) -> None:
    """Make a folder and its parents, if they do not exist.

    Raises:
        UserError: it cannot be made, for instance because the disk is full or read-only.
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
def atomic_write(path: Path) -> Iterator[Path]:
    """Yield a temporary path in the same folder. When the block ends, its file is flushed to the
    disk and atomically replaces `path`; if the block raises an error, `path` is unchanged.

    Raises:
        UserError: the disk is full, or the folder is not writable.
    """
    temporary = path.with_name(f"{path.name}.tmp")
    try:
        temporary.touch()
        mode = temporary.stat().st_mode
        yield temporary
        temporary.chmod(mode)  # safetensors makes files that only their owner can read
        _sync(temporary)
        temporary.replace(path)
        _sync(path.parent)
    except OSError as error:
        raise UserError(
            f"cannot write {path}: {error.strerror or error}; what was there before is unchanged"
        ) from error
    finally:
        if temporary.exists():
            temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text atomically."""
    with atomic_write(path) as temporary:
        temporary.write_text(text, "utf-8")


def _sync(path: Path) -> None:
    """Flush a file, or the entries of a folder, to the disk. Windows cannot open folders."""
    if os.name == "nt" and path.is_dir():
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
