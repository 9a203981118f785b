"""Putting texts into classes.  Devlin et al. 2019, section 4.1.

    L = −Σ log softmax(c W_y + b_y)_y
"""

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Key

from zen_transformer.objectives.cross_entropy import WeightedSum, accuracy, cross_entropy

Sums = dict[str, WeightedSum]


@dataclass(frozen=True)
class ClassificationObjective:
    """Cross-entropy of the classes. A row of a batch counts as its `weight` says, 1 or 0."""

    graph: nnx.GraphDef

    def prepare(self, batch: dict[str, Array], key: Key[Array, ""]) -> dict[str, Array]:
        """Nothing about the data is random."""
        return batch

    def __call__(
        self, parameters: Any, batch: dict[str, Array], key: Key[Array, ""] | None
    ) -> tuple[Sums, Sums]:
        """The loss and the accuracy, as sums."""
        output = nnx.merge(self.graph, parameters)(
            batch["input_ids"], batch["attention_mask"], batch["token_type_ids"], key=key
        )
        rows = output.logits, batch["label"], batch["weight"].astype(jnp.float32)
        return {"loss": cross_entropy(*rows)}, {"accuracy": accuracy(*rows)}
