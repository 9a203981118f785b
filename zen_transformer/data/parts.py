"""A corpus of one long document, or of two or three: parts of them that count as documents, so that
some can be held out.

A part is some of a document's lines or, where these are too few, of its sentences, in their order;
together the parts are the document.
"""

from collections.abc import Iterable, Iterator
from itertools import chain

from zen_transformer.data.corpora import Document
from zen_transformer.data.sentences import split_sentences

FEWEST = 4
"""Documents that a corpus has, or else it is divided: two to learn from, two held out."""
PARTS = 40
"""Parts into which a document is divided at most."""
SENTENCES = 2
"""Sentences of a part at least: the second one is what next-sentence prediction asks for."""


def divided_if_few(documents: Iterable[Document]) -> Iterator[Document]:
    """Yield documents as they are or, where there are fewer than four different ones, parts of
    them; as they are, too, where they are too short for that."""
    documents = iter(documents)
    first: list[Document] = []
    different: set[str] = set()
    for document in documents:
        first.append(document)
        different.add(document.text.strip())
        if len(different) == FEWEST:
            return (yield from chain(first, documents))
    once = list({document.text.strip(): document for document in first}.values())
    parts = [Document(one.source, part) for one in once for part in divided(one.text)]
    yield from parts if len(parts) >= FEWEST else first


def divided(text: str) -> list[str]:
    """Divide a text into parts of two sentences or more."""
    lines = [line for line in text.splitlines(keepends=True) if line.strip()]
    units = lines if len(lines) >= FEWEST * SENTENCES else _sentences(text)
    count = max(1, min(PARTS, len(units) // SENTENCES))
    ends = [len(units) * (number + 1) // count for number in range(count)]
    starts = [0, *ends[:-1]]
    return ["".join(units[start:end]) for start, end in zip(starts, ends, strict=True)]


def _sentences(text: str) -> list[str]:
    """The sentences of a text with the white space behind each."""
    starts, at = [], 0
    for sentence in split_sentences(text):
        at = text.index(sentence, at)
        starts.append(at)
        at += len(sentence)
    starts[:1] = [0]
    return [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
