"""Batches of encoded texts, each of which has something to be learnt, and what is common to the
objectives that learn it."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from flax import nnx
from jaxtyping import Array, Float, Key

from zen_transformer.tokenizers.encoding import Encoding, pad
from zen_transformer.training.step import Batch


def padded_widths(max_length: int) -> list[int]:
    """Return the widths of batches: a quarter of the longest, a half of it, all of it."""
    return [max_length >> halvings for halvings in (2, 1, 0)]


class EncodedBatches(ABC):
    """Batches of encoded texts: `input_ids`, `attention_mask`, `token_type_ids` [batch, length],
    and what subclasses add.

    Texts of similar length share a batch, which is `max_length`, a half or a quarter of it wide,
    so that little padding is computed. A batch that cannot be filled gets rows that do not count.

    Args:
        encodings: of the texts, none longer than `max_length`.
        labels: what is to be learnt of each of them.
        pad_id: fills up the rows.
        batch_size: rows of a batch.
        max_length: of the widest batches.
    """

    def __init__(
        self,
        encodings: Sequence[Encoding],
        labels: Sequence[Any],
        pad_id: int,
        batch_size: int,
        max_length: int,
    ):
        self.encodings, self.labels = list(encodings), list(labels)
        self.pad_id, self.batch_size = pad_id, batch_size
        self.widths = padded_widths(max_length)

    @abstractmethod
    def targets(self, rows: np.ndarray, counting: int, width: int) -> dict[str, np.ndarray]:
        """Make what the objective reads besides the ids.

        Args:
            rows: numbers of the texts.
            counting: so many of the first rows count, the others only fill the batch.
            width: of the batch, in tokens.
        """

    def subset(self, rows: np.ndarray) -> Self:
        """Select some of the texts by their numbers."""
        subset = copy(self)
        subset.__dict__.pop("members", None)  # cached for all the texts
        subset.labels = [self.labels[row] for row in rows]
        subset.encodings = [self.encodings[row] for row in rows]
        return subset

    @cached_property
    def members(self) -> list[np.ndarray]:
        """The numbers of the texts of each width."""
        lengths = np.array([len(encoding) for encoding in self.encodings])
        fits = np.searchsorted(self.widths, lengths)
        return [np.flatnonzero(fits == width) for width in range(len(self.widths))]

    @property
    def batches_per_epoch(self) -> int:
        """Number of batches in which every text occurs once."""
        return sum(-(-len(members) // self.batch_size) for members in self.members)

    def batch(self, seed: int, step: int) -> dict[str, np.ndarray]:
        """Make the batch of a step. The order of each epoch is derived from the seed."""
        return self._make(*self._chunk(seed, step))

    def width(self, seed: int, step: int) -> int:
        """Number of tokens in a row of the batch of a step, padding included."""
        return self._chunk(seed, step)[0]

    def in_order(self) -> Iterator[dict[str, np.ndarray]]:
        """Yield batches in which every text occurs once, for evaluation."""
        return (self._make(*chunk) for chunk in self._chunks(self.members))

    def _chunk(self, seed: int, step: int) -> tuple[int, np.ndarray]:
        """Width and members of the batch of a step."""
        epoch, number = divmod(step, self.batches_per_epoch)
        rng = np.random.default_rng([seed, epoch])
        chunks = self._chunks([rng.permutation(members) for members in self.members])
        return chunks[rng.permutation(len(chunks))[number]]

    def _chunks(self, members: list[np.ndarray]) -> list[tuple[int, np.ndarray]]:
        size = self.batch_size
        return [
            (width, numbers[start : start + size])
            for width, numbers in zip(self.widths, members, strict=True)
            for start in range(0, len(numbers), size)
        ]

    def _make(self, width: int, members: np.ndarray) -> dict[str, np.ndarray]:
        rows = np.resize(members, self.batch_size)
        batch = pad([self.encodings[row] for row in rows], self.pad_id, width)
        return batch | self.targets(rows, len(members), width)


@dataclass(frozen=True)
class EncodedObjective:
    """What a model with a head, that `nnx.split` took apart, learns from such batches.

    Args:
        graph: the model's structure; its parameters come with each call.
    """

    graph: nnx.GraphDef

    def prepare(self, batch: Batch, keys: Key[Array, " examples"]) -> Batch:
        """Return the batch as it is: nothing about it is random."""
        return batch

    def inputs(self, batch: Batch) -> Batch:
        """Select the model's arguments from a batch."""
        return {name: batch[name] for name in ("input_ids", "attention_mask", "token_type_ids")}

    def logits(
        self, parameters: Any, batch: Batch, keys: Key[Array, " examples"] | None
    ) -> Float[Array, "batch ..."]:
        """Compute the output of the model's head; without keys nothing is dropped."""
        return nnx.merge(self.graph, parameters)(**self.inputs(batch), key=keys).logits
