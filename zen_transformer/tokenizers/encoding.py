"""What a tokenizer returns: pieces with their offsets, encodings of whole texts, and batches."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from zen_transformer.errors import UserError


class Piece(NamedTuple):
    """The id of a piece, and its offsets: it stands for `text[start:end]`."""

    id: int
    start: int
    end: int


@dataclass
class Encoding:
    """A text, or a pair of texts, as model input. All fields have the same length."""

    ids: list[int]
    tokens: list[str]
    type_ids: list[int]
    attention_mask: list[int]
    offsets: list[tuple[int, int]]
    """The offsets of each token in the text it comes from; (0, 0) for tokens that were added."""

    def __len__(self) -> int:
        return len(self.ids)


class WordEncoding(NamedTuple):
    """A sentence that was given as words, as model input."""

    encoding: Encoding
    first_pieces: list[int | None]
    """The place of each word's first piece in the encoding; None for a word that has none, because
    it was cut off or consists of characters that the tokenizer removes."""

    def __len__(self) -> int:
        """Number of tokens."""
        return len(self.encoding)


def pad(
    encodings: Sequence[Encoding],
    pad_id: int,
    length: int | None = None,
    side: str = "right",
) -> dict[str, Any]:
    """Make a batch of encodings, all padded to the same length.

    Args:
        encodings: at least one.
        pad_id: the id to fill up with; the attention mask is 0 there.
        length: of the batch, in tokens; if not given, that of the longest encoding.
        side: where to pad, "right" or "left".

    Returns:
        `input_ids`, `attention_mask` and `token_type_ids`, `[batch, length]`.

    Raises:
        UserError: no encoding, one that is longer than `length`, or an unknown side.
    """
    if side not in ("left", "right"):
        raise UserError(f"padding side is {side!r}: choose 'left' or 'right'")
    if not encodings:
        raise UserError("there is no encoding to pad: give one at least")
    longest = max(map(len, encodings))
    length = longest if length is None else length
    if longest > length:
        raise UserError(
            f"an encoding has {longest} tokens, length is {length}: give a larger length, or "
            "truncate by max_length when encoding"
        )
    shape = (len(encodings), length)
    batch = {
        "input_ids": np.full(shape, pad_id, np.int32),
        "attention_mask": np.zeros(shape, np.int32),
        "token_type_ids": np.zeros(shape, np.int32),
    }
    for row, encoding in enumerate(encodings):
        start = length - len(encoding) if side == "left" else 0
        fields = encoding.ids, encoding.attention_mask, encoding.type_ids
        for name, values in zip(batch, fields, strict=True):
            batch[name][row, start : start + len(encoding)] = values
    return batch
