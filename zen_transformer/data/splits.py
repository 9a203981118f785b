"""The split of documents into those for training and those held out for evaluation.

The split depends on the texts alone, so every command that reads the same corpus makes the same:

    h(d) = the first 64 bits of SHA-256 of the text, without white space around it
    held out are, of each corpus, the documents with the smallest h

Of one, two or three long documents, parts count as documents (parts.py). A text that occurs
several times counts once, at its first occurrence. Only the values h and the
lengths are kept in memory; the texts are read again at each pass.
"""

from array import array
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

import numpy as np

from zen_transformer.data.corpora import Document, read_corpus
from zen_transformer.data.parts import divided_if_few
from zen_transformer.data.sentences import split_sentences
from zen_transformer.errors import UserError

SORTED_UP_TO = 2**30
"""Characters up to which documents are sorted by h, so that names and order of the files do not
matter; documents of larger corpora come in the order in which they are read."""
PAIRS = 4
"""Documents of several sentences that next-sentence prediction needs: two for training, two held
out."""


def text_digest(text: str) -> int:
    """Return h of the equation above; it is also defined for lone surrogates."""
    content = text.strip().encode("utf-8", "surrogatepass")
    return int.from_bytes(sha256(content).digest()[:8], "big")


class DocumentStream:
    """Documents that are read again at each iteration; `characters` is their total length."""

    def __init__(self, read: Callable[[], Iterator[Document]], count: int, characters: int):
        self._read, self._count = read, count
        self.characters = characters

    def __iter__(self) -> Iterator[Document]:
        return self._read()

    def __len__(self) -> int:
        return self._count


class Corpus:
    """One or several corpora, split into `train` and `held_out`.

    Args:
        names: of the corpora, as in `read_corpus`.
        held_out: the fraction of the documents of each corpus to hold out, at least two.
        advance: called for each document that is read here.

    Raises:
        UserError: a corpus has fewer than four different documents, and these are too short to be
            divided.
    """

    def __init__(
        self,
        names: Sequence[str],
        held_out: float,
        advance: Callable[[], object] = lambda: None,
    ):
        self.names = list(dict.fromkeys(names))
        self._indexes: list[_CorpusIndex] = []
        seen = np.zeros(0, np.uint64)
        for name in self.names:
            index = _read_index(name, held_out, seen, advance)
            seen = np.union1d(seen, index.digests)
            self._indexes.append(index)
        self._sorted = sum(int(index.lengths.sum()) for index in self._indexes) <= SORTED_UP_TO
        self.train, self.held_out = self._stream(held_out=False), self._stream(held_out=True)
        settings = repr((self.names, held_out)).encode()
        everything = [settings, *(index.digests.tobytes() for index in self._indexes)]
        self.fingerprint = sha256(b"".join(everything)).hexdigest()

    def check_next_sentences(self) -> None:
        """Raise a `UserError` if too few documents have a next sentence to predict."""
        for index in self._indexes:
            if index.with_pairs < PAIRS:
                raise UserError(
                    f"{index.name} has {index.with_pairs} documents of two or more sentences, "
                    f"next-sentence prediction needs at least {PAIRS}: put sentences that follow "
                    "each other into one document, and blank lines only between documents"
                )

    def _stream(self, held_out: bool) -> DocumentStream:
        lengths = [index.lengths[index.of_split(held_out)] for index in self._indexes]
        return DocumentStream(
            lambda: self._read(held_out),
            sum(map(len, lengths)),
            sum(int(length.sum()) for length in lengths),
        )

    def _read(self, held_out: bool) -> Iterator[Document]:
        """Yield the documents of a split, corpus by corpus."""
        for index in self._indexes:
            documents = _read_documents(index, held_out)
            if self._sorted:
                documents = iter(sorted(documents, key=lambda document: text_digest(document.text)))
            yield from documents


class _CorpusIndex(NamedTuple):
    """A corpus: h and length of each different text in the order of h, of which the first are held
    out; and the number of texts of several sentences, counted up to `PAIRS`."""

    name: str
    digests: np.ndarray
    lengths: np.ndarray
    held_out: int
    with_pairs: int

    def of_split(self, held_out: bool) -> slice:
        """Return the places of the texts of a split."""
        return slice(self.held_out) if held_out else slice(self.held_out, None)


def _read_index(
    name: str, held_out: float, seen: np.ndarray, advance: Callable[[], object]
) -> _CorpusIndex:
    """Read a corpus without the texts whose h is among `seen`."""
    digests, lengths, with_pairs = array("Q"), array("Q"), 0
    for document in divided_if_few(read_corpus(name)):
        advance()
        digests.append(text_digest(document.text))
        lengths.append(len(document.text))
        if with_pairs < PAIRS:
            with_pairs += len(split_sentences(document.text)) > 1
    different, first = np.unique(np.array(digests, np.uint64), return_index=True)
    new = ~np.isin(different, seen)
    count = int(new.sum())
    _check_count(name, count)
    held_out_count = min(max(2, round(held_out * count)), count - 2)
    lengths_of_new = np.array(lengths, np.int64)[first[new]]
    return _CorpusIndex(name, different[new], lengths_of_new, held_out_count, with_pairs)


def _read_documents(index: _CorpusIndex, held_out: bool) -> Iterator[Document]:
    """Yield the documents of a corpus and split as they are read, each text once."""
    digests = index.digests[index.of_split(held_out)]
    unread = np.ones(len(digests), bool)
    for document in divided_if_few(read_corpus(index.name)):
        h = np.uint64(text_digest(document.text))
        place = int(np.searchsorted(digests, h))
        if place < len(digests) and digests[place] == h and unread[place]:
            unread[place] = False
            yield document


def _check_count(name: str, count: int) -> None:
    way_out = (
        "separate documents by blank lines (of a folder every text file is one document), or add "
        "text"
    )
    if count == 1:
        raise UserError(f"{name} is one single document, too short to be divided: {way_out}")
    if count < 4:
        raise UserError(
            f"{name} has {count} documents, pretraining needs at least four (two to learn "
            f"from, two held out): {way_out}"
        )
