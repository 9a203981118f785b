"""Next-sentence prediction.  Devlin et al. 2019, section 3.1, task 2.

    [CLS] A [SEP] B [SEP]        label 0: in the document, B follows A
                                 label 1: B comes from another document

A ends and B begins at a sentence boundary; A keeps its last a tokens and B its first b. Nothing
but the meaning may give the label away: a and b are drawn before the label, and the boundary of a
random B is drawn exactly as that of a true one, from the same corpus, from the boundaries with
enough tokens on either side.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
from jaxtyping import Int

from zen_transformer.data.documents import TokenizedDocuments
from zen_transformer.errors import UserError
from zen_transformer.objectives.packing import TokenSequence, pack

FOLLOWS, RANDOM = 0, 1
MIN_SEGMENT_LENGTH = 4
"""Tokens of the shortest segment that is drawn."""
GROUP = 8
"""Rows that are filled from the same stream of pairs."""


@dataclass(frozen=True)
class _Boundaries:
    """The sentence boundaries inside the documents of one corpus, sorted by room: the number of
    tokens on the side that has fewer."""

    position: Int[np.ndarray, " boundaries"]
    document: Int[np.ndarray, " boundaries"]
    room: Int[np.ndarray, " boundaries"]
    longest: int
    """Segment length that at least half of the documents can fill on both sides of a boundary."""

    def draw(self, rng: np.random.Generator, length: int) -> int:
        """Draw the number of a boundary with at least `length` tokens on both sides."""
        return int(rng.integers(np.searchsorted(self.room, length), len(self.room)))


class SentencePairs:
    """Pairs of segments, drawn from tokenized documents.

    Args:
        documents: the text.
        cls_id, sep_id, pad_id: ids of the special tokens.
        short_fraction: share of the pairs in which the lengths of A and B are drawn, so that
            the model sees short texts too; in the others both are as long as fits.
        mix: how often each of `documents.sources` is drawn from, relative to the others; by size,
            if not given.

    Raises:
        UserError: a corpus has fewer than two documents with two sentences each.
    """

    def __init__(
        self,
        documents: TokenizedDocuments,
        *,
        cls_id: int,
        sep_id: int,
        pad_id: int,
        short_fraction: float = 0.1,
        mix: Sequence[float] | np.ndarray | None = None,
    ):
        self.ids = documents.ids
        self.cls_id, self.sep_id, self.pad_id = cls_id, sep_id, pad_id
        self.short_fraction = short_fraction
        self.boundaries = [
            _boundaries(documents, source) for source in range(len(documents.sources))
        ]
        if mix is None:
            mix = [len(boundaries.position) for boundaries in self.boundaries]
        self.shares = np.array(mix, float) / np.sum(mix)

    def batch(
        self, seed: Sequence[int], rows: Sequence[int], max_length: int
    ) -> dict[str, np.ndarray]:
        """Make some rows of the batch of a seed: `input_ids`, `attention_mask`, `token_type_ids`
        [rows, max_length] and `next_sentence_label` [rows]. Each row follows from the seed and its
        number alone."""
        size = len(rows)
        batch = {
            "input_ids": np.full((size, max_length), self.pad_id, np.int32),
            "attention_mask": np.zeros((size, max_length), np.int32),
            "token_type_ids": np.zeros((size, max_length), np.int32),
            "next_sentence_label": np.zeros(size, np.int32),
        }
        for number, row in enumerate(rows):
            sequence = self.sequence(np.random.default_rng([*seed, row]), max_length)
            tokens = len(sequence.ids)
            batch["input_ids"][number, :tokens] = sequence.ids
            batch["attention_mask"][number, :tokens] = 1
            batch["token_type_ids"][number, :tokens] = sequence.type_ids
            batch["next_sentence_label"][number] = sequence.next_sentence_label
        return batch

    def packed_batch(
        self, seed: Sequence[int], rows: Sequence[int], max_length: int
    ) -> dict[str, np.ndarray]:
        """Make some rows of the batch of a seed, each with as many pairs as fit (packing.py)."""
        groups = sorted({row // GROUP for row in rows})
        per_row = max(1, max_length // (2 * MIN_SEGMENT_LENGTH + 3))

        def sequences(group: int) -> Iterator[TokenSequence]:
            rng = np.random.default_rng([*seed, group])
            return (self.sequence(rng, max_length) for _ in count())

        packed = [
            pack(sequences(group), GROUP, max_length, per_row, self.pad_id) for group in groups
        ]
        positions = [groups.index(row // GROUP) * GROUP + row % GROUP for row in rows]
        return {
            name: np.concatenate([group[name] for group in packed])[positions] for name in packed[0]
        }

    def sequence(self, rng: np.random.Generator, max_length: int) -> TokenSequence:
        """Draw a sequence [CLS] A [SEP] B [SEP] and its label."""
        label = int(rng.integers(0, 2))
        first, second = self.pair(rng, label, (max_length - 3) // 2)
        ids = np.concatenate([[self.cls_id], first, [self.sep_id], second, [self.sep_id]])
        return TokenSequence(ids, (np.arange(len(ids)) > len(first) + 1).astype(np.int32), label)

    def pair(
        self, rng: np.random.Generator, label: int, longest: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Draw the ids of A and B, at most `longest` each and mostly just as many."""
        boundaries = self.boundaries[rng.choice(len(self.boundaries), p=self.shares)]
        longest = min(longest, boundaries.longest)
        first = second = longest
        if rng.random() < self.short_fraction:
            first, second = rng.integers(min(MIN_SEGMENT_LENGTH, longest), longest + 1, size=2)

        here = there = boundaries.draw(rng, max(first, second))
        if label == RANDOM:
            while boundaries.document[there] == boundaries.document[here]:
                there = boundaries.draw(rng, max(first, second))
        end, start = boundaries.position[here], boundaries.position[there]
        return self.ids[end - first : end], self.ids[start : start + second]


def _boundaries(documents: TokenizedDocuments, source: int) -> _Boundaries:
    starts = documents.document_starts
    position = documents.sentence_starts[1:-1]
    document = np.searchsorted(starts, position, side="right") - 1
    room = np.minimum(position - starts[document], starts[document + 1] - position)
    inside = (room > 0) & (documents.document_sources[document] == source)
    position, document, room = position[inside], document[inside], room[inside]
    roomiest = np.zeros(len(starts), int)
    np.maximum.at(roomiest, document, room)
    usable = np.sort(roomiest[roomiest > 0])[::-1]
    if len(usable) < 2:
        raise UserError(
            f"{documents.sources[source]} has {len(usable)} documents of two or more sentences: "
            "next-sentence prediction needs at least two; separate documents by blank lines, "
            "or add text"
        )
    order = np.argsort(room, kind="stable")
    longest = int(usable[max(1, (len(usable) - 1) // 2)])
    return _Boundaries(position[order], document[order], room[order], longest)
