"""Documents as one long row of ids, with marks where sentences and documents end."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from zen_transformer.errors import UserError
from zen_transformer.text.corpora import Document
from zen_transformer.text.sentences import split_sentences
from zen_transformer.text.wordpiece import WordPieceTokenizer


@dataclass(frozen=True)
class TokenizedDocuments:
    """`ids[document_starts[d] : document_starts[d + 1]]` is document d, and likewise for
    sentences; `document_sources[d]` is the place of its corpus in `sources`."""

    ids: Int[np.ndarray, " tokens"]
    sentence_starts: Int[np.ndarray, " sentence_marks"]
    document_starts: Int[np.ndarray, " document_marks"]
    document_sources: Int[np.ndarray, " documents"]
    sources: tuple[str, ...]

    def frequencies(self, vocab_size: int) -> Float[np.ndarray, "sources vocab"]:
        """How often each piece occurs in each corpus, as a part of its tokens; every piece is
        counted once more than it was seen, so that none has frequency 0."""
        source = np.repeat(self.document_sources, np.diff(self.document_starts))
        counts = np.ones((len(self.sources), vocab_size))
        np.add.at(counts, (source, self.ids), 1)
        return counts / counts.sum(axis=1, keepdims=True)


def tokenize_documents(
    documents: Iterable[Document],
    tokenizer: WordPieceTokenizer,
    advance: Callable[[], None] = lambda: None,
) -> TokenizedDocuments:
    """Cut documents into sentences and sentences into ids; `advance` is called per document.

    Raises:
        UserError: no text at all.
    """
    ids: list[np.ndarray] = []
    sentence_starts, document_starts, document_sources = [0], [0], []
    sources: dict[str, int] = {}
    for document in documents:
        advance()
        before = sentence_starts[-1]
        for sentence in split_sentences(document.text):
            if pieces := tokenizer.text_ids(sentence):
                ids.append(np.array(pieces, np.int32))
                sentence_starts.append(sentence_starts[-1] + len(pieces))
        if sentence_starts[-1] > before:
            document_starts.append(sentence_starts[-1])
            document_sources.append(sources.setdefault(document.source, len(sources)))
    if not ids:
        raise UserError("the corpus holds no text")
    return TokenizedDocuments(
        np.concatenate(ids),
        np.array(sentence_starts),
        np.array(document_starts),
        np.array(document_sources),
        tuple(sources),
    )
