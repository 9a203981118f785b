"""Several short sequences in one row, so that nothing is spent on padding.  Krell et al. 2021.

    input_ids      [CLS] a [SEP] b [SEP] [CLS] c [SEP] d [SEP] [PAD]
    sequence_ids     1   1   1   1   1     2   2   2   2   2     0      who may look at whom
    position_ids     0   1   2   3   4     0   1   2   3   4     0
    starts           0 and 5: the places of [CLS], for the pooler

What a model computes for a token is what it computes for the sequence alone in a row.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from jaxtyping import Int

OF_TOKENS = ("input_ids", "attention_mask", "token_type_ids", "position_ids", "sequence_ids")
OF_SEQUENCES = ("starts", "next_sentence_label", "pair_weights")


class TokenSequence(NamedTuple):
    """A sequence with its special tokens, its segments, and whether it is a false pair."""

    ids: Int[np.ndarray, " tokens"]
    type_ids: Int[np.ndarray, " tokens"]
    next_sentence_label: int


def pack(
    sequences: Iterable[TokenSequence], rows: int, length: int, per_row: int, pad_id: int
) -> dict[str, np.ndarray]:
    """Take sequences until one fits into no row any more, each into the first row with room.

    Returns:
        A batch: `input_ids`, `attention_mask`, `token_type_ids`, `position_ids`, `sequence_ids`
        [rows, length] and `starts`, `next_sentence_label`, `pair_weights` [rows, per_row], the
        weights being 1 where there is a sequence.
    """
    batch = {name: np.zeros((rows, length), np.int32) for name in OF_TOKENS}
    batch |= {name: np.zeros((rows, per_row), np.int32) for name in OF_SEQUENCES}
    batch["input_ids"][:] = pad_id
    used, count = np.zeros(rows, int), np.zeros(rows, int)
    for sequence in sequences:
        size = len(sequence.ids)
        fitting = np.flatnonzero((used + size <= length) & (count < per_row))
        if len(fitting) == 0:
            break
        row = fitting[0]
        _put(batch, sequence, row, used[row], count[row])
        used[row] += size
        count[row] += 1
    return batch


def _put(
    batch: dict[str, np.ndarray], sequence: TokenSequence, row: int, start: int, number: int
) -> None:
    """Write a sequence into a row, from a place on, as one of a number."""
    size = len(sequence.ids)
    tokens = sequence.ids, np.ones(size), sequence.type_ids, np.arange(size), number + 1
    for name, values in zip(OF_TOKENS, tokens, strict=True):
        batch[name][row, start : start + size] = values
    for name, value in zip(OF_SEQUENCES, (start, sequence.next_sentence_label, 1), strict=True):
        batch[name][row, number] = value
