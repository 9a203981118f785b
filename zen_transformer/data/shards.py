"""Documents as ids on disk: tokenized once, then mapped into memory.

    00000.ids.npy  00001.ids.npy …      the ids, some millions in each; no document is cut
    00000.marks.npz …                   the lengths of its sentences, of which document and corpus
    index.json                          which shards are finished, and what they were made from

Each is written aside and renamed, the index last. A process that is killed leaves finished
shards behind, and the next one goes on after them. In memory are the marks, about twenty
bytes a sentence; the ids stay on disk.
"""

import json
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int

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
from zen_transformer.files import make_folder, write_text, written_aside

FORMAT = 1
SHARD_TOKENS = 2**24


class ShardedIds:
    """Several rows of ids as one. A slice lies within a document, and so within a shard."""

    def __init__(self, shards: list[np.ndarray]):
        self.shards = shards
        self.starts = [0]
        for shard in shards:
            self.starts.append(self.starts[-1] + len(shard))

    def __len__(self) -> int:
        return self.starts[-1]

    def __getitem__(self, part: slice, /) -> Int[np.ndarray, " tokens"]:
        number = min(bisect_right(self.starts, part.start), len(self.shards)) - 1
        start = self.starts[number]
        return self.shards[number][part.start - start : part.stop - start].astype(np.int32)


def tokenize_to_shards(
    folder: Path,
    documents: Iterable[Document],
    tokenizer: DocumentTokenizer,
    key: str,
    advance: Callable[[int], object] = lambda count: None,
    shard_tokens: int = SHARD_TOKENS,
    split: SentenceSplitter = split_sentences,
) -> TokenizedDocuments:
    """The documents as ids, from the folder as far as they are there.

    Args:
        folder: of the shards.
        documents: in an order that stays the same.
        tokenizer: cuts them into pieces.
        key: changes when the documents do; with another key or tokenizer all is made anew.
        advance: told how many documents have been dealt with since it was last called.
        shard_tokens: ids after which a shard ends.
        split: cuts documents into sentences.

    Raises:
        UserError: no text at all, or the folder cannot be written to.
    """
    make_folder(folder)
    shards = _Shards(folder, f"{FORMAT} {key} {tokenizer.fingerprint} {shard_tokens}")
    if not shards.complete:
        dtype = np.uint16 if tokenizer.vocab_size <= 2**16 else np.int32
        advance(shards.documents_read)
        rest = islice(documents, shards.documents_read, None)
        for part in _parts(tokenize_each(rest, tokenizer, split), shard_tokens, advance):
            shards.append(part, dtype)
        shards.finish()
    return shards.load()


def _parts(
    documents: Iterator[TokenizedDocument], tokens: int, advance: Callable[[int], object]
) -> Iterator[list[TokenizedDocument]]:
    """Documents in groups of at least so many tokens; the last may have fewer."""
    part: list[TokenizedDocument] = []
    size = 0
    for document in documents:
        advance(1)
        part.append(document)
        size += len(document.ids)
        if size >= tokens:
            yield part
            part, size = [], 0
    if part:
        yield part


class _Shards:
    """The files of a folder and their index."""

    def __init__(self, folder: Path, key: str):
        self.folder, self.key = folder, key
        self.entries: list[dict[str, Any]] = []
        self.complete = False
        path = folder / "index.json"
        try:
            index = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):  # none yet, or damaged: make all anew
            return
        if index.get("key") == key:
            self.entries = index["shards"]
            sound = next(
                (i for i in range(len(self.entries)) if not self._is_sound(i)), len(self.entries)
            )
            self.complete = index["complete"] and sound == len(self.entries)
            self.entries = self.entries[:sound]

    @property
    def documents_read(self) -> int:
        """How many documents went into the shards that are there."""
        return sum(entry["documents"] for entry in self.entries)

    def _path(self, number: int, kind: str) -> Path:
        return self.folder / f"{number:05d}.{kind}"

    def _is_sound(self, number: int) -> bool:
        return all(
            path.is_file() and path.stat().st_size == self.entries[number][kind]
            for kind in ("ids.npy", "marks.npz")
            for path in [self._path(number, kind)]
        )

    def append(self, documents: list[TokenizedDocument], dtype: Any) -> None:
        """Write a shard, then the index that names it."""
        number = len(self.entries)
        ids, marks = self._path(number, "ids.npy"), self._path(number, "marks.npz")
        sources = list(dict.fromkeys(document.source for document in documents))
        with written_aside(ids) as aside, aside.open("wb") as file:
            np.save(file, np.concatenate([document.ids for document in documents]).astype(dtype))
        with written_aside(marks) as aside, aside.open("wb") as file:
            np.savez(
                file,
                sentence_lengths=np.array(
                    [length for document in documents for length in document.sentence_lengths],
                    np.int32,
                ),
                sentences=np.array([len(d.sentence_lengths) for d in documents], np.int32),
                sources=np.array([sources.index(d.source) for d in documents], np.int32),
            )
        sizes = {path.name.partition(".")[2]: path.stat().st_size for path in (ids, marks)}
        self.entries.append({"documents": len(documents), "sources": sources, **sizes})
        self._write_index()

    def finish(self) -> None:
        """Note that there are no more."""
        self.complete = True
        self._write_index()

    def _write_index(self) -> None:
        index = {"key": self.key, "complete": self.complete, "shards": self.entries}
        write_text(self.folder / "index.json", json.dumps(index, indent=1) + "\n")

    def load(self) -> TokenizedDocuments:
        """The ids mapped, the marks read."""
        ids = [
            np.load(self._path(number, "ids.npy"), mmap_mode="r").view(np.ndarray)
            for number in range(len(self.entries))
        ]
        return join_documents(self._marks(), ShardedIds(ids))

    def _marks(self) -> Iterator[TokenizedDocument]:
        nothing = np.zeros(0, np.int32)
        for number, entry in enumerate(self.entries):
            with np.load(self._path(number, "marks.npz")) as marks:
                ends = np.cumsum(marks["sentences"])
                lengths = marks["sentence_lengths"]
                for source, end, count in zip(
                    marks["sources"], ends, marks["sentences"], strict=True
                ):
                    own = lengths[end - count : end].tolist()
                    yield TokenizedDocument(entry["sources"][source], nothing, own)
