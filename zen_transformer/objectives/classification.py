"""Classification of texts.  Devlin et al. 2019, section 4.1.

    L = −Σ_i w_i log softmax(c_i W + b)_{y_i}          c_i: the pooled vector of text i

w_i is 0 for a row that only fills the batch.
"""

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Key

from zen_transformer.data.labelled import Examples
from zen_transformer.layers.cross_entropy import WeightedSums, accuracy, cross_entropy
from zen_transformer.objectives.labelled_batches import EncodedBatches, EncodedObjective
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer
from zen_transformer.training.step import Batch


@dataclass(frozen=True)
class ClassificationObjective(EncodedObjective):
    """Cross-entropy of a classifier that `nnx.split` took apart.

    Args:
        graph: the model's structure; its parameters come with each call.
    """

    def weights(self, batch: Batch) -> dict[str, Float[Array, ""]]:
        """Count the rows that hold a text."""
        return {"loss": jnp.sum(batch["weight"].astype(jnp.float32))}

    def __call__(
        self, parameters: Any, batch: Batch, keys: Key[Array, " examples"] | None
    ) -> tuple[WeightedSums, WeightedSums]:
        """Compute the loss and the accuracy."""
        logits = self.logits(parameters, batch, keys)
        rows = logits, batch["label"], batch["weight"].astype(jnp.float32)
        return {"loss": cross_entropy(*rows)}, {"accuracy": accuracy(*rows)}


class LabelledBatches(EncodedBatches):
    """Batches of labelled texts; besides the ids `label` and `weight` [batch], which is 0 for a row
    that only fills the batch.

    Args:
        examples: texts and the numbers of their classes.
        tokenizer: encodes the texts.
        batch_size: rows of a batch.
        max_length: longer texts are truncated to so many tokens.
    """

    def __init__(
        self, examples: Examples, tokenizer: WordPieceTokenizer, batch_size: int, max_length: int
    ):
        encodings = [
            tokenizer.encode(text, max_length=max_length, truncation=True)
            for text in examples.texts
        ]
        super().__init__(encodings, examples.labels, tokenizer.pad_id, batch_size, max_length)

    def targets(self, rows: np.ndarray, counting: int, width: int) -> dict[str, np.ndarray]:
        return {
            "label": np.array([self.labels[row] for row in rows], np.int32),
            "weight": (np.arange(len(rows)) < counting).astype(np.float32),
        }
