"""Sentences whose words have tags, in the columns of the CoNLL shared tasks.

    EU      NNP  B-NP  B-ORG
    rejects VBZ  B-VP  O

A line is a word; its first column is the word itself, another one its tag. A blank line ends a
sentence. Columns are separated by blanks or tabs.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from zen_transformer.data.text_files import read_lines
from zen_transformer.errors import UserError

Sentence = list[tuple[str, str]]
"""Words with their tags."""
DOCUMENT = "-DOCSTART-"
"""Stands in place of a word where a document begins, as a sentence of its own."""


def read_sentences(path: Path, column: int | None = None) -> Iterator[Sentence]:
    """Yield the sentences of a file. Marks of documents are left out.

    Args:
        path: of the file, in UTF-8.
        column: that of the tags, counted from 1; the last one of each line, if not given.

    Raises:
        UserError: the file is not UTF-8, or a line has no such column.
    """
    sentence: Sentence = []
    for number, line in enumerate(read_lines(path), start=1):
        # Other white space may be part of a word.
        columns = re.split(r"[ \t]+", line.strip(" \t\n"))
        if columns == [""]:
            if sentence:
                yield sentence
            sentence = []
        elif columns[0] != DOCUMENT:
            sentence.append((columns[0], _tag(columns, column, f"{path}, line {number}")))
    if sentence:
        yield sentence


def _tag(columns: list[str], column: int | None, place: str) -> str:
    """The tag of a line; `place` is where it stands, for the error."""
    wanted = len(columns) if column is None else column
    if not 2 <= wanted <= len(columns):
        raise UserError(
            f"{place}: {' '.join(columns)!r} has {len(columns)} of at least {max(2, wanted)} "
            "columns: a word comes first, its tag in a column behind it"
        )
    return columns[wanted - 1]
