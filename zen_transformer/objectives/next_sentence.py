"""Next-sentence prediction.  Devlin et al. 2019, section 3.1, task 2.

    [CLS] A [SEP] B [SEP]        label 0: in the document, B follows A
                                 label 1: B comes from another document

A ends and B begins where a sentence ends, so that neighbours really are neighbours. A
keeps its last a tokens and B its first b. Nothing but the meaning may give the label away:
a and b are drawn before the label, and a B from elsewhere is drawn exactly as a true one
is, from the same corpus, from the places with enough tokens on either side.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
from jaxtyping import Int

from zen_transformer.data.documents import TokenizedDocuments
from zen_transformer.errors import UserError
from zen_transformer.objectives.packing import TokenSequence, pack

FOLLOWS, RANDOM = 0, 1
SHORTEST = 4
"""Tokens of the shortest segment drawn."""
TOGETHER = 8
"""Rows that are packed together."""


@dataclass(frozen=True)
class _Places:
    """The sentence ends of one corpus, those with little room around them first."""

    position: Int[np.ndarray, " places"]
    document: Int[np.ndarray, " places"]
    room: Int[np.ndarray, " places"]
    longest: int
    """Segment length that at least half of the documents can fill on both sides."""

    def draw(self, rng: np.random.Generator, length: int) -> int:
        """A place with `length` tokens on both sides."""
        return int(rng.integers(np.searchsorted(self.room, length), len(self.room)))


class SentencePairs:
    """Draws batches of pairs from tokenized documents.

    Args:
        documents: the text.
        cls_id, sep_id, pad_id: ids of the special tokens.
        short_fraction: part of the pairs in which the lengths of A and B are drawn, so that
            the model meets short texts too; in the others both are as long as fits.
        mix: how often each of `documents.sources` is drawn from; by size, if not given.

    Raises:
        UserError: fewer than two documents with two sentences each, in any of the corpora.
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
        self.special = cls_id, sep_id, pad_id
        self.short_fraction = short_fraction
        self.places = [_places(documents, source) for source in range(len(documents.sources))]
        if mix is None:
            mix = [len(places.position) for places in self.places]
        self.shares = np.array(mix, float) / np.sum(mix)

    def batch(
        self, seed: Sequence[int], rows: Sequence[int], max_length: int
    ) -> dict[str, np.ndarray]:
        """`input_ids`, `attention_mask`, `token_type_ids` [rows, max_length] and
        `next_sentence_label` [rows] of some rows of the batch that the seed stands for."""
        size = len(rows)
        batch = {
            "input_ids": np.full((size, max_length), self.special[2], np.int32),
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
        """The same from rows that hold as many pairs as fit; they are filled eight together."""
        groups, per_row = (
            sorted({row // TOGETHER for row in rows}),
            max_length // (2 * SHORTEST + 3),
        )

        def drawn(group):
            rng = np.random.default_rng([*seed, group])
            return (self.sequence(rng, max_length) for _ in count())

        packed = [
            pack(drawn(group), TOGETHER, max_length, max(1, per_row), self.special[2])
            for group in groups
        ]
        places = [groups.index(row // TOGETHER) * TOGETHER + row % TOGETHER for row in rows]
        return {name: np.concatenate([part[name] for part in packed])[places] for name in packed[0]}

    def sequence(self, rng: np.random.Generator, max_length: int) -> TokenSequence:
        """[CLS] A [SEP] B [SEP], true or false."""
        cls_id, sep_id, _ = self.special
        label = int(rng.integers(0, 2))
        first, second = self.pair(rng, label, (max_length - 3) // 2)
        ids = np.concatenate([[cls_id], first, [sep_id], second, [sep_id]])
        return TokenSequence(ids, (np.arange(len(ids)) > len(first) + 1).astype(np.int32), label)

    def pair(
        self, rng: np.random.Generator, label: int, longest: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """The ids of A and B, at most `longest` each and mostly just as many."""
        places = self.places[rng.choice(len(self.places), p=self.shares)]
        longest = min(longest, places.longest)
        first = second = longest
        if rng.random() < self.short_fraction:
            first, second = rng.integers(min(SHORTEST, longest), longest + 1, size=2)

        here = there = places.draw(rng, max(first, second))
        if label == RANDOM:
            while places.document[there] == places.document[here]:
                there = places.draw(rng, max(first, second))
        end, start = places.position[here], places.position[there]
        return self.ids[end - first : end], self.ids[start : start + second]


def _places(documents: TokenizedDocuments, source: int) -> _Places:
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
    return _Places(position[order], document[order], room[order], longest)
