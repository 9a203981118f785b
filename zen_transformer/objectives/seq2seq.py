"""Sequence to sequence.  Sutskever et al. 2014; Vaswani et al. 2017, section 5.

    L = Σ_j −log p(v_j | v_1 … v_{j−1}, w)

    the encoder reads      w_1 w_2 … w_n END
    the decoder reads      START v_1 … v_m               the target, shifted by one
    and predicts           v_1 v_2 … v_m END

The loss is that of `causal_lm.py`, and so is the objective; the model reads a source besides. A
batch holds pairs of similar length, so that little of it is padding: every pair belongs to the
first of some buckets, `(source, target)` wide, that it fits into.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from zen_transformer.objectives.causal_lm import IGNORED
from zen_transformer.training.step import HostBatch

Text = Int[np.ndarray, " _"]
"""Ids of one text, of any length."""
BUCKET = 2**31
"""Stands in the place of a row's number where the bucket of a step is drawn from a seed."""


class Bucket(NamedTuple):
    """The shape of a batch: tokens of a source and of a target, with END and START, and rows."""

    source: int
    target: int
    rows: int


class SpecialIds(NamedTuple):
    """The ids of START, of END and of padding."""

    bos: int
    eos: int
    pad: int


def pad_right(texts: Sequence[Text], width: int, padding: int) -> Int[np.ndarray, "rows width"]:
    """Put texts into the rows of an array and fill them up at their right."""
    ids = np.full((len(texts), width), padding, np.int32)
    for row, text in enumerate(texts):
        ids[row, : len(text)] = text
    return ids


def seq2seq_batch(
    sources: Sequence[Text],
    targets: Sequence[Text],
    bucket: Bucket,
    special: SpecialIds,
) -> HostBatch:
    """Make the inputs of encoder and decoder [rows, source] and [rows, target], and the labels.

    Args:
        sources, targets: texts that end with END.
        bucket: the widths.
        special: ids of the special tokens.
    """
    shifted = [np.append(special.bos, target[:-1]) for target in targets]
    source_lengths, target_lengths = (
        np.array([len(text) for text in side])[:, None] for side in (sources, targets)
    )
    return {
        "input_ids": pad_right(sources, bucket.source, special.pad),
        "attention_mask": (np.arange(bucket.source) < source_lengths).astype(np.int32),
        "decoder_input_ids": pad_right(shifted, bucket.target, special.pad),
        "decoder_attention_mask": (np.arange(bucket.target) < target_lengths).astype(np.int32),
        "labels": pad_right(targets, bucket.target, IGNORED),
    }


class TokenPairs:
    """Pairs as ids, sorted into buckets.

    Args:
        sources, targets: ids without special tokens. Pairs that fit into no bucket are left out.
        buckets: from narrow to wide.
        special: ids of the special tokens that are added.
    """

    def __init__(
        self,
        sources: Sequence[Sequence[int]],
        targets: Sequence[Sequence[int]],
        buckets: Sequence[Bucket],
        special: SpecialIds,
    ):
        self.buckets, self.special = tuple(buckets), special
        self.sources, self.targets = (
            [np.array([*text, special.eos], np.int32) for text in side]
            for side in (sources, targets)
        )
        lengths = np.array([[len(s), len(t)] for s, t in zip(sources, targets, strict=True)]) + 1
        fits = [(lengths <= [bucket.source, bucket.target]).all(axis=1) for bucket in buckets]
        first = np.argmax([*fits, np.ones(len(lengths), bool)], axis=0)
        self.members = [np.flatnonzero(first == number) for number in range(len(buckets))]
        # A wide batch has few rows: it has to be drawn more often for its pairs to be as likely.
        batches = np.array(
            [len(pairs) / b.rows for pairs, b in zip(self.members, buckets, strict=True)]
        )
        self.shares = batches / max(batches.sum(), 1e-9)

    def __len__(self) -> int:
        """Return the number of pairs that fit into a bucket."""
        return sum(map(len, self.members))

    def draw_bucket(self, seed: Sequence[int]) -> int:
        """Draw the number of the bucket that the batch of a seed comes from."""
        return int(np.random.default_rng([*seed, BUCKET]).choice(len(self.shares), p=self.shares))

    def batch(self, seed: Sequence[int], rows: Sequence[int]) -> HostBatch:
        """Draw some rows of a batch. Each follows from the seed and its number alone; all pairs
        are equally likely."""
        number = self.draw_bucket(seed)
        members = self.members[number]
        chosen = [
            int(members[np.random.default_rng([*seed, row]).integers(len(members))]) for row in rows
        ]
        return self._batch(chosen, number)

    def in_order(self) -> list[HostBatch]:
        """Return every pair that fits, once; empty rows fill the last batch of a bucket."""
        return [
            self._batch(members[first : first + bucket.rows].tolist(), number, bucket.rows)
            for number, (members, bucket) in enumerate(zip(self.members, self.buckets, strict=True))
            for first in range(0, len(members), bucket.rows)
        ]

    def _batch(self, chosen: Sequence[int], number: int, rows: int = 0) -> HostBatch:
        empty = [np.zeros(0, np.int32)] * max(0, rows - len(chosen))
        sources = [*(self.sources[pair] for pair in chosen), *empty]
        targets = [*(self.targets[pair] for pair in chosen), *empty]
        return seq2seq_batch(sources, targets, self.buckets[number], self.special)
