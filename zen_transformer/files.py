"""Files: reading JSON with clear errors, and atomic writing.

At any moment a reader finds either the complete old file or the complete new one. What is written
goes to a new file of a random name first, so that no link that lies ready in a folder of somebody
else is followed.
"""

import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from zen_transformer.errors import UserError

DEPTH = 100
"""Levels to which a JSON file is nested at most: who reads it calls itself for each."""


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
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is not readable JSON: {error}") from error
    if not isinstance(content, dict):
        raise UserError(f"{path} holds no fields: it begins with {str(content)[:20]!r}")
    if _is_deeper(content, DEPTH):
        raise UserError(f"{path} is not readable JSON: it is nested more than {DEPTH} levels deep")
    return content


def _is_deeper(content: Any, depth: int) -> bool:
    """Whether values are nested more than `depth` levels deep; found without a recursion."""
    level = [content]
    for _ in range(depth):
        groups = [value for value in level if isinstance(value, dict | list)]
        level = [x for one in groups for x in (one.values() if isinstance(one, dict) else one)]
    return bool(level)


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Read all arrays of an .npz file.

    Raises:
        UserError: no such file, or a damaged one.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            return dict(file)
    except FileNotFoundError as error:
        raise UserError(f"{path}: no such file") from error
    except Exception as error:  # damaged archives raise errors of many types
        reason = f"{error}".strip() or type(error).__name__
        raise UserError(f"{path} is no .npz file of arrays: {reason}") from error


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Yield a temporary path in the same folder. When the block ends, its file is flushed to the
    disk and atomically replaces `path`; if the block raises an error, `path` is unchanged.

    Raises:
        UserError: the disk is full, or the folder is not writable.
    """
    temporary = _aside(path)
    try:
        temporary.touch(exist_ok=False)
        mode = temporary.stat().st_mode
        yield temporary
        temporary.chmod(mode)  # safetensors makes files that only their owner can read
        _sync(temporary)
        temporary.replace(path)
        _sync(path.parent)
    except OSError as error:
        raise _unchanged(path, error) from error
    finally:
        if temporary.exists():
            temporary.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Yield a temporary folder beside `path`. When the block ends, it is renamed to `path`; where
    that is a folder already, its files are replaced, after all the new ones are complete. If the
    block raises an error, `path` is unchanged.

    Raises:
        UserError: the disk is full, or the folder is not writable.
    """
    # Inside the folder where there is one: what is above it may be read-only or another disk.
    temporary = _aside(path / path.name) if path.is_dir() else _aside(path)
    make_folder(temporary.parent)
    try:
        temporary.mkdir()
        yield temporary
        _move_folder(temporary, path)
    except UserError as error:  # names the file by its place in the temporary folder
        raise UserError(str(error).replace(str(temporary), str(path))) from error
    except OSError as error:
        raise _unchanged(path, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _move_folder(source: Path, path: Path) -> None:
    """Rename a folder; where there is one already, rename its files into that."""
    if path.is_dir():
        for file in sorted(source.iterdir()):
            file.replace(path / file.name)
    else:
        source.rename(path)
    _sync(path.parent)


def _aside(path: Path) -> Path:
    """Return a path in the same folder that nobody can foresee."""
    return path.parent / f"{path.name}.{secrets.token_hex(8)}.tmp"


def remove_leftovers(folder: Path) -> None:
    """Remove what processes that were killed while they wrote have left in a folder."""
    for path in list(folder.rglob(f"*.{'[0-9a-f]' * 16}.tmp")):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _unchanged(path: Path, error: OSError) -> UserError:
    return UserError(
        f"cannot write {path}: {error.strerror or error}; what was there before is unchanged"
    )


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
