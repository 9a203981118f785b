"""A text of another.  Sutskever et al. 2014; Vaswani et al. 2017, section 5.

    L = Σ_j −log p(v_j | v_1 … v_{j−1}, w)

    the encoder reads      w_1 w_2 … w_n END
    the decoder reads      START v_1 … v_m               the target, one place later
    and is asked for       v_1 v_2 … v_m END

That is the loss of `causal_lm.py`, whose objective is used as it is: here the model sees a source
besides. A batch holds pairs of much the same length, so that little of it is padding: every pair
lies in the first of some buckets, `(source, target)` wide, that it fits into.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from zen_transformer.objectives.causal_lm import IGNORED, Batch

Text = Int[np.ndarray, " _"]
"""Ids; others beside it have lengths of their own."""
CHOICE = 2**31
"""In the place of a row's number where the bucket of a step is drawn."""


class Bucket(NamedTuple):
    """How wide a batch is on either side, END and START included, and how many rows it has."""

    source: int
    target: int
    rows: int


class Marks(NamedTuple):
    """The ids of the tokens that stand for no text."""

    start: int
    end: int
    padding: int


def filled(texts: Sequence[Text], width: int, padding: int) -> Int[np.ndarray, "rows width"]:
    """Texts side by side, filled up at their right."""
    ids = np.full((len(texts), width), padding, np.int32)
    for row, text in enumerate(texts):
        ids[row, : len(text)] = text
    return ids


def pair_batch(
    sources: Sequence[Text],
    targets: Sequence[Text],
    bucket: Bucket,
    marks: Marks,
) -> Batch:
    """What both sides of the model read and what it is asked; texts come with their END."""
    shifted = [np.append(marks.start, target[:-1]) for target in targets]
    read, written = (np.array([len(text) for text in side])[:, None] for side in (sources, targets))
    return {
        "input_ids": filled(sources, bucket.source, marks.padding),
        "attention_mask": (np.arange(bucket.source) < read).astype(np.int32),
        "decoder_input_ids": filled(shifted, bucket.target, marks.padding),
        "decoder_attention_mask": (np.arange(bucket.target) < written).astype(np.int32),
        "labels": filled(targets, bucket.target, IGNORED),
    }


class TokenPairs:
    """Pairs as ids, sorted into buckets.

    Args:
        sources, targets: ids without marks. Pairs that fit into no bucket are left out.
        buckets: from narrow to wide.
        marks: put around them.
    """

    def __init__(
        self,
        sources: Sequence[Sequence[int]],
        targets: Sequence[Sequence[int]],
        buckets: Sequence[Bucket],
        marks: Marks,
    ):
        self.buckets, self.marks = tuple(buckets), marks
        self.sources, self.targets = (
            [np.array([*text, marks.end], np.int32) for text in side] for side in (sources, targets)
        )
        lengths = np.array([[len(s), len(t)] for s, t in zip(sources, targets, strict=True)]) + 1
        fits = [(lengths <= [bucket.source, bucket.target]).all(axis=1) for bucket in buckets]
        first = np.argmax([*fits, np.ones(len(lengths), bool)], axis=0)
        self.members = [np.flatnonzero(first == number) for number in range(len(buckets))]
        # A wide batch has few rows, so it has to come oftener for its pairs to be seen as often.
        batches = np.array(
            [len(own) / b.rows for own, b in zip(self.members, buckets, strict=True)]
        )
        self.shares = batches / max(batches.sum(), 1e-9)

    def __len__(self) -> int:
        """Pairs that fit."""
        return sum(map(len, self.members))

    def drawn(self, seed: Sequence[int]) -> int:
        """The number of the bucket that a batch comes from."""
        return int(np.random.default_rng([*seed, CHOICE]).choice(len(self.shares), p=self.shares))

    def batch(self, seed: Sequence[int], rows: Sequence[int]) -> Batch:
        """Some rows of a batch. Each follows from the seed and its number alone; every pair is as
        likely as any other."""
        number = self.drawn(seed)
        members = self.members[number]
        chosen = [
            int(members[np.random.default_rng([*seed, row]).integers(len(members))]) for row in rows
        ]
        return self._batch(chosen, number)

    def whole(self) -> list[Batch]:
        """Every pair that fits, once; empty rows fill the last batch of a bucket."""
        return [
            self._batch(members[at : at + bucket.rows].tolist(), number, bucket.rows)
            for number, (members, bucket) in enumerate(zip(self.members, self.buckets, strict=True))
            for at in range(0, len(members), bucket.rows)
        ]

    def _batch(self, chosen: Sequence[int], number: int, rows: int = 0) -> Batch:
        nothing = [np.zeros(0, np.int32)] * max(0, rows - len(chosen))
        sources = [*(self.sources[pair] for pair in chosen), *nothing]
        targets = [*(self.targets[pair] for pair in chosen), *nothing]
        return pair_batch(sources, targets, self.buckets[number], self.marks)
