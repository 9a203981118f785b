"""Documents as ids on disk: tokenized once, then mapped into memory.

    00000.ids.npy  00001.ids.npy …      the ids, some millions in each; documents are not divided
    00000.marks.npz …                   the lengths of the sentences, and the documents' corpora
    index.json                          the finished shards with their checksums, and what they were
                                        made from

Each file is written aside and renamed, the index last: if the process is killed, the next one
continues after the last finished shard. The lengths are kept in memory, about twenty bytes a
sentence; the ids stay on disk.
"""

import hashlib
import json
import warnings
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NotRequired, TypedDict

import numpy as np
from jaxtyping import Int
from typeguard import CollectionCheckStrategy, TypeCheckError, check_type

from zen_transformer.data.corpora import Document
from zen_transformer.data.documents import (
    DocumentTokenizer,
    SentenceSplitter,
    TokenizedDocument,
    TokenizedDocuments,
    join_documents,
    tokenize_each,
)
from zen_transformer.data.sentences import split_sentences
from zen_transformer.errors import UserError
from zen_transformer.files import atomic_write, make_folder, read_arrays, read_json, write_text

FORMAT = 1
KINDS = ("ids.npy", "marks.npz")
CHECKSUMS = "sha256"
ALL_ITEMS = CollectionCheckStrategy.ALL_ITEMS
SHARD_TOKENS = 2**24


Entry = TypedDict(
    "Entry",
    {
        "documents": int,
        "sources": list[str],
        "ids.npy": int,
        "marks.npz": int,
        "sha256": NotRequired[dict[str, str]],
    },
)
"""A finished shard in the index: its documents, their corpora, sizes and checksums of its files."""


class Index(TypedDict):
    """The content of `index.json`."""

    key: str
    complete: bool
    shards: list[Entry]


class ShardedIds:
    """The ids of several shards as one sequence, of which slices lie within a shard."""

    def __init__(self, shards: list[np.ndarray]):
        self.shards = shards
        self.starts = [0]
        for shard in shards:
            self.starts.append(self.starts[-1] + len(shard))

    def __len__(self) -> int:
        return self.starts[-1]

    def __getitem__(self, span: slice, /) -> Int[np.ndarray, " tokens"]:
        number = min(bisect_right(self.starts, span.start), len(self.shards)) - 1
        start = self.starts[number]
        return self.shards[number][span.start - start : span.stop - start].astype(np.int32)


def tokenize_to_shards(
    folder: Path,
    documents: Iterable[Document],
    tokenizer: DocumentTokenizer,
    key: str,
    advance: Callable[[int], object] = lambda count: None,
    shard_tokens: int = SHARD_TOKENS,
    split: SentenceSplitter = split_sentences,
) -> TokenizedDocuments:
    """Tokenize documents to shards in a folder, except for the shards that are there already.

    Args:
        folder: of the shards.
        documents: always in the same order.
        tokenizer: gives the ids.
        key: changes with the documents. If it or the tokenizer has changed, all shards are written
            again.
        advance: called with the number of documents finished since its last call.
        shard_tokens: Number of ids after which a shard ends.
        split: splits documents into sentences.

    Raises:
        UserError: no text at all, or the folder cannot be written to.
    """
    make_folder(folder)
    shards = _Shards(folder, f"{FORMAT} {key} {tokenizer.fingerprint} {shard_tokens}")
    if not shards.complete:
        dtype = np.uint16 if tokenizer.vocab_size <= 2**16 else np.int32
        advance(shards.documents_read)
        rest = islice(documents, shards.documents_read, None)
        for group in _groups(tokenize_each(rest, tokenizer, split), shard_tokens, advance):
            shards.append(group, dtype)
        shards.finish()
    return shards.load()


def _groups(
    documents: Iterator[TokenizedDocument], tokens: int, advance: Callable[[int], object]
) -> Iterator[list[TokenizedDocument]]:
    """Yield documents in groups of at least `tokens` ids; the last group may have fewer."""
    group: list[TokenizedDocument] = []
    size = 0
    for document in documents:
        advance(1)
        group.append(document)
        size += len(document.ids)
        if size >= tokens:
            yield group
            group, size = [], 0
    if group:
        yield group


def checksum(path: Path) -> str:
    """Hash a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Shards:
    """The files of a folder and their index."""

    def __init__(self, folder: Path, key: str):
        self.folder, self.key = folder, key
        self.entries: list[Any] = []
        self.complete = False
        path = folder / "index.json"
        try:
            index = check_type(read_json(path), Index, collection_check_strategy=ALL_ITEMS)
        except (OSError, UserError, TypeCheckError):  # none yet, or damaged: write all shards again
            return
        if index["key"] == key:
            self.entries = index["shards"]
            sound = next(
                (i for i in range(len(self.entries)) if not self._is_sound(i)), len(self.entries)
            )
            self.complete = index["complete"] and sound == len(self.entries)
            self.entries = self.entries[:sound]

    @property
    def documents_read(self) -> int:
        """Number of documents in the finished shards."""
        return sum(entry["documents"] for entry in self.entries)

    def _path(self, number: int, kind: str) -> Path:
        return self.folder / f"{number:05d}.{kind}"

    def _is_sound(self, number: int) -> bool:
        """Whether the files of a shard are as they were written; a process that was killed leaves
        some that are not. A former version noted no checksums."""
        entry = self.entries[number]
        for kind in KINDS:
            path = self._path(number, kind)
            if not path.is_file() or path.stat().st_size != entry[kind]:
                return False
            known = entry.get(CHECKSUMS, {}).get(kind)
            if known is not None and checksum(path) != known:
                warnings.warn(f"{path} changed since it was written: written anew", stacklevel=2)
                return False
        return True

    def append(self, documents: list[TokenizedDocument], dtype: Any) -> None:
        """Write a shard, then the index that lists it."""
        number = len(self.entries)
        ids, marks = (self._path(number, kind) for kind in KINDS)
        sources = list(dict.fromkeys(document.source for document in documents))
        with atomic_write(ids) as temporary, temporary.open("wb") as file:
            np.save(file, np.concatenate([document.ids for document in documents]).astype(dtype))
        with atomic_write(marks) as temporary, temporary.open("wb") as file:
            np.savez(
                file,
                sentence_lengths=np.array(
                    [length for document in documents for length in document.sentence_lengths],
                    np.int32,
                ),
                sentences=np.array([len(d.sentence_lengths) for d in documents], np.int32),
                sources=np.array([sources.index(d.source) for d in documents], np.int32),
            )
        paths = dict(zip(KINDS, (ids, marks), strict=True))
        sizes = {kind: path.stat().st_size for kind, path in paths.items()}
        checksums = {kind: checksum(path) for kind, path in paths.items()}
        entry = {"documents": len(documents), "sources": sources, **sizes, CHECKSUMS: checksums}
        self.entries.append(entry)
        self._write_index()

    def finish(self) -> None:
        """Note in the index that all shards are written."""
        self.complete = True
        self._write_index()

    def _write_index(self) -> None:
        index = {"key": self.key, "complete": self.complete, "shards": self.entries}
        write_text(self.folder / "index.json", json.dumps(index, indent=1) + "\n")

    def load(self) -> TokenizedDocuments:
        """Map the ids into memory, and read the lengths."""
        ids = [
            np.load(self._path(number, "ids.npy"), mmap_mode="r").view(np.ndarray)
            for number in range(len(self.entries))
        ]
        return join_documents(self._marks(), ShardedIds(ids))

    def _marks(self) -> Iterator[TokenizedDocument]:
        nothing = np.zeros(0, np.int32)
        for number, entry in enumerate(self.entries):
            marks = read_arrays(self._path(number, "marks.npz"))
            ends = np.cumsum(marks["sentences"])
            lengths = marks["sentence_lengths"]
            for source, end, count in zip(marks["sources"], ends, marks["sentences"], strict=True):
                sentence_lengths = lengths[end - count : end].tolist()
                yield TokenizedDocument(entry["sources"][source], nothing, sentence_lengths)
