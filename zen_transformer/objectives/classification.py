"""Putting texts into classes.  Devlin et al. 2019, section 4.1.

L = −Σ log softmax(c W_y + b_y)_y
"""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Key

from zen_transformer.data.labelled import Examples
from zen_transformer.objectives.cross_entropy import WeightedSum, accuracy, cross_entropy
from zen_transformer.tokenizers.encoding import pad
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer

Sums = dict[str, WeightedSum]


@dataclass(frozen=True)
class ClassificationObjective:
    """Cross-entropy of the classes. A row of a batch counts as its `weight` says, 1 or 0."""

    graph: nnx.GraphDef

    def prepare(self, batch: dict[str, Array], keys: Key[Array, " examples"]) -> dict[str, Array]:
        """Nothing about the data is random."""
        return batch

    def weights(self, batch: dict[str, Array]) -> dict[str, Array]:
        """How many rows are texts."""
        return {"loss": jnp.sum(batch["weight"].astype(jnp.float32))}

    def __call__(
        self, parameters: Any, batch: dict[str, Array], keys: Key[Array, " examples"] | None
    ) -> tuple[Sums, Sums]:
        """The loss and the accuracy, as sums."""
        output = nnx.merge(self.graph, parameters)(
            batch["input_ids"], batch["attention_mask"], batch["token_type_ids"], key=keys
        )
        rows = output.logits, batch["label"], batch["weight"].astype(jnp.float32)
        return {"loss": cross_entropy(*rows)}, {"accuracy": accuracy(*rows)}


class LabelledBatches:
    """Batches of labelled texts: `input_ids`, `attention_mask`, `token_type_ids`, `label` and
    `weight`.

    Texts of like length share a batch (up to `max_length`, its half, a quarter of it), so
    that little padding is computed. A batch that cannot be filled gets rows of weight 0.
    """

    def __init__(
        self, examples: Examples, tokenizer: WordPieceTokenizer, batch_size: int, max_length: int
    ):
        self.pad_id = tokenizer.pad_id
        self.batch_size = batch_size
        self.labels = examples.labels
        self.encodings = [
            tokenizer.encode(text, max_length=max_length, truncation=True)
            for text in examples.texts
        ]
        self.widths = [max_length >> halvings for halvings in (2, 1, 0)]

    def subset(self, rows: np.ndarray) -> Self:
        """The same with some of the texts only."""
        part = copy(self)
        part.__dict__.pop("members", None)
        part.labels = [self.labels[row] for row in rows]
        part.encodings = [self.encodings[row] for row in rows]
        return part

    @cached_property
    def members(self) -> list[np.ndarray]:
        """The examples of each width."""
        lengths = np.array([len(encoding) for encoding in self.encodings])
        fits = np.searchsorted(self.widths, lengths)
        return [np.flatnonzero(fits == width) for width in range(len(self.widths))]

    @property
    def batches_per_epoch(self) -> int:
        """Steps after which every text has been seen once."""
        return sum(-(-len(members) // self.batch_size) for members in self.members)

    def batch(self, seed: int, step: int) -> dict[str, np.ndarray]:
        """The batch of a step. Every epoch has an order of its own, derived from the seed."""
        epoch, number = divmod(step, self.batches_per_epoch)
        rng = np.random.default_rng([seed, epoch])
        chunks = self._chunks([rng.permutation(members) for members in self.members])
        return self._make(*chunks[rng.permutation(len(chunks))[number]])

    def in_order(self) -> Iterator[dict[str, np.ndarray]]:
        """Every text once, for evaluation."""
        return (self._make(*chunk) for chunk in self._chunks(self.members))

    def _chunks(self, members: list[np.ndarray]) -> list[tuple[int, np.ndarray]]:
        size = self.batch_size
        return [
            (width, own[at : at + size])
            for width, own in zip(self.widths, members, strict=True)
            for at in range(0, len(own), size)
        ]

    def _make(self, width: int, members: np.ndarray) -> dict[str, np.ndarray]:
        rows = np.resize(members, self.batch_size)
        batch = pad([self.encodings[row] for row in rows], self.pad_id, width)
        return batch | {
            "label": np.array([self.labels[row] for row in rows], np.int32),
            "weight": (np.arange(self.batch_size) < len(members)).astype(np.float32),
        }
