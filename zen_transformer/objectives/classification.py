"""Classification of texts.  Devlin et al. 2019, section 4.1.

    L = −Σ_i w_i log softmax(c_i W + b)_{y_i}          c_i: the pooled vector of text i

w_i is 0 for a row that only fills the batch.
"""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float, Key

from zen_transformer.data.labelled import Examples
from zen_transformer.objectives.cross_entropy import WeightedSums, accuracy, cross_entropy
from zen_transformer.tokenizers.encoding import pad
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer
from zen_transformer.training.step import Batch


@dataclass(frozen=True)
class ClassificationObjective:
    """Cross-entropy of a classifier that `nnx.split` took apart.

    Args:
        graph: the model's structure; its parameters come with each call.
    """

    graph: nnx.GraphDef

    def prepare(self, batch: Batch, keys: Key[Array, " examples"]) -> Batch:
        """Return the batch as it is: nothing about it is random."""
        return batch

    def weights(self, batch: Batch) -> dict[str, Float[Array, ""]]:
        """Count the rows that hold a text."""
        return {"loss": jnp.sum(batch["weight"].astype(jnp.float32))}

    def inputs(self, batch: Batch) -> Batch:
        """Select the model's arguments from a batch."""
        return {name: batch[name] for name in ("input_ids", "attention_mask", "token_type_ids")}

    def __call__(
        self, parameters: Any, batch: Batch, keys: Key[Array, " examples"] | None
    ) -> tuple[WeightedSums, WeightedSums]:
        """Compute the loss and the accuracy."""
        logits = nnx.merge(self.graph, parameters)(**self.inputs(batch), key=keys).logits
        rows = logits, batch["label"], batch["weight"].astype(jnp.float32)
        return {"loss": cross_entropy(*rows)}, {"accuracy": accuracy(*rows)}


class LabelledBatches:
    """Batches of labelled texts: `input_ids`, `attention_mask`, `token_type_ids` [batch, length],
    `label` and `weight` [batch].

    Texts of similar length share a batch, which is `max_length`, a half or a quarter of it wide,
    so that little padding is computed. A batch that cannot be filled gets rows of weight 0.

    Args:
        examples: texts and the numbers of their classes.
        tokenizer: encodes the texts.
        batch_size: rows of a batch.
        max_length: longer texts are truncated to so many tokens.
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
        epoch, number = divmod(step, self.batches_per_epoch)
        rng = np.random.default_rng([seed, epoch])
        chunks = self._chunks([rng.permutation(members) for members in self.members])
        return self._make(*chunks[rng.permutation(len(chunks))[number]])

    def in_order(self) -> Iterator[dict[str, np.ndarray]]:
        """Yield batches in which every text occurs once, for evaluation."""
        return (self._make(*chunk) for chunk in self._chunks(self.members))

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
        return batch | {
            "label": np.array([self.labels[row] for row in rows], np.int32),
            "weight": (np.arange(self.batch_size) < len(members)).astype(np.float32),
        }
