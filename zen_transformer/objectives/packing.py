"""Packing: several short sequences in one row, so that little is padding.  Krell et al. 2021.

    input_ids      [CLS] a [SEP] b [SEP] [CLS] c [SEP] d [SEP] [PAD]
    sequence_ids     1   1   1   1   1     2   2   2   2   2     0      attention within equals
    position_ids     0   1   2   3   4     0   1   2   3   4     0
    starts           0 and 5: the positions of [CLS], for the pooler

A model computes for a token what it computes where the sequence has a row to itself.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from jaxtyping import Int

TOKEN_FIELDS = ("input_ids", "attention_mask", "token_type_ids", "position_ids", "sequence_ids")
SEQUENCE_FIELDS = ("starts", "next_sentence_label", "pair_weights")


class TokenSequence(NamedTuple):
    """A pair of segments with its special tokens, and its label for next-sentence prediction."""

    ids: Int[np.ndarray, " tokens"]
    type_ids: Int[np.ndarray, " tokens"]
    next_sentence_label: int


def pack(
    sequences: Iterable[TokenSequence], rows: int, length: int, per_row: int, pad_id: int
) -> dict[str, np.ndarray]:
    """Put sequences into rows, each into the first row with room, until one fits into none.

    Args:
        sequences: may be endless; the one that does not fit is dropped.
        rows: rows of the batch.
        length: tokens of a row.
        per_row: maximum number of sequences in a row.
        pad_id: id of [PAD].

    Returns:
        A batch: `input_ids`, `attention_mask`, `token_type_ids`, `position_ids`, `sequence_ids`
        [rows, length] and `starts`, `next_sentence_label`, `pair_weights` [rows, per_row], with
        weight 1 where there is a sequence.
    """
    batch = {name: np.zeros((rows, length), np.int32) for name in TOKEN_FIELDS}
    batch |= {name: np.zeros((rows, per_row), np.int32) for name in SEQUENCE_FIELDS}
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
    """Write a sequence into a row, from position `start` on, as the row's sequence `number`."""
    size = len(sequence.ids)
    tokens = sequence.ids, np.ones(size), sequence.type_ids, np.arange(size), number + 1
    for name, values in zip(TOKEN_FIELDS, tokens, strict=True):
        batch[name][row, start : start + size] = values
    for name, value in zip(SEQUENCE_FIELDS, (start, sequence.next_sentence_label, 1), strict=True):
        batch[name][row, number] = value
