"""Which documents are learnt from, and which are held out to measure on.

Who is held out depends on a document's letters alone, so every command that is given the
same corpus agrees about it:

    h(d) = the first 64 bits of SHA-256 of the text, without white space around it
    held out are, of each corpus, the documents with the smallest h

A text that occurs twice counts once, where it first stands. In memory are only the h and
the lengths: the texts themselves are read anew at each pass.
"""

from array import array
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

import numpy as np

from zen_transformer.data.corpora import Document, read_corpus
from zen_transformer.data.sentences import split_sentences
from zen_transformer.errors import UserError

SORTED_UP_TO = 2**30
"""Characters up to which documents come in the order of h, whatever the files are called and
however they are ordered; larger corpora come as they are read."""


def text_digest(text: str) -> int:
    """h above. Strings that are no Unicode (lone surrogates) have one, too."""
    letters = text.strip().encode("utf-8", "surrogatepass")
    return int.from_bytes(sha256(letters).digest()[:8], "big")


class DocumentStream:
    """Documents that are read anew whenever they are iterated over."""

    def __init__(self, read: Callable[[], Iterator[Document]], count: int, characters: int):
        self._read, self._count = read, count
        self.characters = characters

    def __iter__(self) -> Iterator[Document]:
        return self._read()

    def __len__(self) -> int:
        return self._count


class Corpus:
    """Corpora, split.

    Args:
        names: of the corpora.
        held_out: the part to hold out, of each corpus, but at least two documents.
        advance: called for each document of the pass that is made here.

    Raises:
        UserError: a corpus of fewer than four different documents.
    """

    PAIRS = 4
    """Documents with a next sentence that pretraining needs: two to learn from, two held out."""

    def __init__(
        self,
        names: Sequence[str],
        held_out: float,
        advance: Callable[[], object] = lambda: None,
    ):
        self.names = list(dict.fromkeys(names))
        self._digests: dict[str, np.ndarray] = {}
        self._with_pairs: dict[str, int] = {}
        self._counts: dict[str, int] = {}
        held_out_documents = held_out_characters = documents = characters = 0
        seen = np.zeros(0, np.uint64)
        for name in self.names:
            own, lengths, self._with_pairs[name] = _survey(name, advance, self.PAIRS)
            new = ~np.isin(own, seen)
            own, lengths = own[new], lengths[new]
            seen = np.union1d(seen, own)
            _check_count(name, len(own))
            count = min(max(2, round(held_out * len(own))), len(own) - 2)
            self._digests[name], self._counts[name] = own, count
            held_out_documents += count
            held_out_characters += int(lengths[:count].sum())
            documents += len(own)
            characters += int(lengths.sum())
        self._sorted = characters <= SORTED_UP_TO
        self.held_out = DocumentStream(
            lambda: self._documents(True), held_out_documents, held_out_characters
        )
        self.train = DocumentStream(
            lambda: self._documents(False),
            documents - held_out_documents,
            characters - held_out_characters,
        )
        described = repr((self.names, held_out)).encode()
        everything = b"".join([described, *(own.tobytes() for own in self._digests.values())])
        self.fingerprint = sha256(everything).hexdigest()

    def check_next_sentences(self) -> None:
        """Raise a `UserError` where the documents have no next sentences to predict."""
        for name, count in self._with_pairs.items():
            if count < self.PAIRS:
                raise UserError(
                    f"{name} has {count} documents of two or more sentences, next-sentence "
                    f"prediction needs at least {self.PAIRS}: put sentences that follow each "
                    "other into one document, and blank lines only between documents"
                )

    def _documents(self, held_out: bool) -> Iterator[Document]:
        """One of the two sides, corpus by corpus."""
        for name in self.names:
            documents = self._side(name, held_out)
            if self._sorted:
                documents = iter(sorted(documents, key=lambda document: text_digest(document.text)))
            yield from documents

    def _side(self, name: str, held_out: bool) -> Iterator[Document]:
        """The documents of one corpus and side, each text once, as they are read."""
        own, count = self._digests[name], self._counts[name]
        left = np.ones(len(own), bool)
        for document in read_corpus(name):
            h = np.uint64(text_digest(document.text))
            at = int(np.searchsorted(own, h))
            if at < len(own) and own[at] == h and left[at] and (at < count) == held_out:
                left[at] = False
                yield document


def _survey(
    name: str, advance: Callable[[], object], enough: int
) -> tuple[np.ndarray, np.ndarray, int]:
    """h of every different text, in order, and how many characters it has; and how many texts
    have more than one sentence, counted until there are enough."""
    digests, lengths, with_pairs = array("Q"), array("Q"), 0
    for document in read_corpus(name):
        advance()
        digests.append(text_digest(document.text))
        lengths.append(len(document.text))
        if with_pairs < enough:
            with_pairs += len(split_sentences(document.text)) > 1
    own, first = np.unique(np.array(digests, np.uint64), return_index=True)
    return own, np.array(lengths, np.int64)[first], with_pairs


def _check_count(name: str, count: int) -> None:
    way_out = (
        "separate documents by blank lines (of a folder every text file is one document), or add "
        "text"
    )
    if count == 1:
        raise UserError(f"{name} is one single document: {way_out}")
    if count < 4:
        raise UserError(
            f"{name} has {count} documents, pretraining needs at least four (two to learn "
            f"from, two held out): {way_out}"
        )
