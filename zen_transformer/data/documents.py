"""Documents as one long sequence of ids, and where in it sentences and documents start."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from jaxtyping import Float, Int

from zen_transformer.data.corpora import Document
from zen_transformer.data.sentences import split_sentences
from zen_transformer.errors import UserError


class IdSequence(Protocol):
    """A sequence of ids: an array, or several of them on disk (`shards.py`)."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> Int[np.ndarray, " tokens"]: ...


@dataclass(frozen=True)
class TokenizedDocuments:
    """`ids[document_starts[d] : document_starts[d + 1]]` is document d, and likewise for
    sentences; `sources[document_sources[d]]` is its corpus."""

    ids: IdSequence
    sentence_starts: Int[np.ndarray, " sentence_marks"]
    document_starts: Int[np.ndarray, " document_marks"]
    document_sources: Int[np.ndarray, " documents"]
    sources: tuple[str, ...]

    def frequencies(self, vocab_size: int) -> Float[np.ndarray, "sources vocab"]:
        """Return the relative frequency of each piece in each corpus; every count is increased by
        one, so that no frequency is 0."""
        counts = np.ones((len(self.sources), vocab_size))
        starts = self.document_starts
        for document, source in enumerate(self.document_sources):
            ids = self.ids[starts[document] : starts[document + 1]]
            np.add.at(counts[source], ids, 1)
        return counts / counts.sum(axis=1, keepdims=True)


class TokenizedDocument(NamedTuple):
    """A document: its corpus, its ids, and the number of ids of each sentence."""

    source: str
    ids: Int[np.ndarray, " tokens"]
    sentence_lengths: list[int]


SentenceSplitter = Callable[[str], list[str]]
"""Splits the text of a document into its sentences."""


class DocumentTokenizer(Protocol):
    """What a tokenizer needs to have for documents to become ids."""

    @property
    def vocab_size(self) -> int: ...
    @property
    def fingerprint(self) -> str: ...
    def text_ids(self, text: str, /) -> list[int]: ...


def split_lines(text: str) -> list[str]:
    """Return the lines of a text with their line ends: joined they are the text."""
    return text.splitlines(keepends=True)


def tokenize_each(
    documents: Iterable[Document],
    tokenizer: DocumentTokenizer,
    split: SentenceSplitter = split_sentences,
) -> Iterator[TokenizedDocument]:
    """Yield documents as ids, sentence by sentence; sentences without ids are left out."""
    for document in documents:
        sentences = [tokenizer.text_ids(sentence) for sentence in split(document.text)]
        lengths = [len(ids) for ids in sentences if ids]
        ids = np.array([i for sentence in sentences for i in sentence], np.int32)
        yield TokenizedDocument(document.source, ids, lengths)


def tokenize_documents(
    documents: Iterable[Document],
    tokenizer: DocumentTokenizer,
    advance: Callable[[], object] = lambda: None,
    split: SentenceSplitter = split_sentences,
) -> TokenizedDocuments:
    """Tokenize documents in memory.

    Args:
        documents: their texts.
        tokenizer: gives the ids.
        advance: called for each document.
        split: splits documents into sentences. `split_sentences` drops the white space between
            them; a model that generates text needs it, and so `split_lines`.

    Raises:
        UserError: no text at all.
    """
    tokenized = []
    for document in tokenize_each(documents, tokenizer, split):
        advance()
        tokenized.append(document)
    ids = np.concatenate([np.zeros(0, np.int32), *(document.ids for document in tokenized)])
    return join_documents(tokenized, ids)


def join_documents(documents: Iterable[TokenizedDocument], ids: IdSequence) -> TokenizedDocuments:
    """Return documents whose ids have been joined to one sequence; documents without ids are left
    out.

    Raises:
        UserError: no document has ids.
    """
    sentence_lengths: list[int] = []
    document_lengths: list[int] = []
    document_sources: list[int] = []
    sources: dict[str, int] = {}
    for source, _, lengths in documents:
        if lengths:
            sentence_lengths += lengths
            document_lengths.append(sum(lengths))
            document_sources.append(sources.setdefault(source, len(sources)))
    if not document_lengths:
        raise UserError("the corpus holds no text")
    return TokenizedDocuments(
        ids,
        np.cumsum([0, *sentence_lengths]),
        np.cumsum([0, *document_lengths]),
        np.array(document_sources),
        tuple(sources),
    )
