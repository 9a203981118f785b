"""BERT's pretraining: the sum of two mean losses.  Devlin et al. 2019, appendix A.2.

L = L_MLM / (masked tokens) + L_NSP / (pairs)
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float, Key

from zen_transformer.layers.cross_entropy import WeightedSums, accuracy, cross_entropy
from zen_transformer.models.bert_encoder import Packing
from zen_transformer.objectives.masked_lm import mask_tokens
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer
from zen_transformer.tokenizers.wordpiece_training import PREFIX
from zen_transformer.training.step import Batch


@dataclass(frozen=True)
class PretrainingObjective:
    """Masked tokens and next sentences, for a model that `nnx.split` took apart.

    Args:
        graph: the model's structure; its parameters come with each call.
        tokenizer: its special tokens are never masked.
        masking_rate: share of the tokens that are predicted.
        whole_words: mask all tokens of a word or none.
        masking_rate_of: takes the length of the rows and returns another share for them.
    """

    graph: nnx.GraphDef
    tokenizer: WordPieceTokenizer
    masking_rate: float = 0.15
    whole_words: bool = False
    masking_rate_of: Callable[[int], float] | None = None

    def prepare(self, batch: Batch, keys: Key[Array, " examples"]) -> Batch:
        """Draw the masks of every row with its own key."""
        ids = batch["input_ids"]
        special = jnp.isin(ids, np.array(self.tokenizer.special_ids))
        maskable = (batch["attention_mask"] > 0) & ~special
        continues = None
        if self.whole_words:
            pieces = self.tokenizer.vocabulary
            continues = jnp.array([piece.startswith(PREFIX) for piece in pieces])[ids]

        def mask_one(key, ids, maskable, continues):
            return mask_tokens(
                key,
                ids,
                maskable,
                mask_id=self.tokenizer.mask_id,
                vocab_size=self.tokenizer.vocab_size,
                rate=self._rate(len(ids)),
                continues_word=continues,
            )

        masked = jax.vmap(mask_one)(keys, ids, maskable, continues)
        return batch | {
            "input_ids": masked.input_ids,
            "masked_positions": masked.positions,
            "masked_labels": masked.labels,
            "masked_weights": masked.weights,
        }

    def _rate(self, length: int) -> float:
        return self.masking_rate if self.masking_rate_of is None else self.masking_rate_of(length)

    def weights(self, batch: Batch) -> dict[str, Float[Array, ""]]:
        """Count the masked tokens and the pairs."""
        return {
            "mlm_loss": jnp.sum(batch["masked_weights"]),
            "nsp_loss": jnp.sum(_pair_weights(batch)),
        }

    def inputs(self, batch: Batch) -> dict[str, Any]:
        """Select the model's arguments from a prepared batch."""
        packing = None
        if "sequence_ids" in batch:
            packing = Packing(batch["sequence_ids"], batch["starts"])
        names = ("input_ids", "attention_mask", "token_type_ids", "masked_positions")
        position_ids = batch.get("position_ids")
        return {name: batch[name] for name in names} | {
            "position_ids": position_ids,
            "packing": packing,
        }

    def __call__(
        self, parameters: Any, batch: Batch, keys: Key[Array, " examples"] | None
    ) -> tuple[WeightedSums, WeightedSums]:
        """Compute the two losses and both accuracies."""
        model = nnx.merge(self.graph, parameters)
        output = model(**self.inputs(batch), key=keys)
        words = output.prediction_logits, batch["masked_labels"], batch["masked_weights"]
        labels = batch["next_sentence_label"]
        pairs = output.seq_relationship_logits, labels, _pair_weights(batch)
        losses = {"mlm_loss": cross_entropy(*words), "nsp_loss": cross_entropy(*pairs)}
        return losses, {"mlm_accuracy": accuracy(*words), "nsp_accuracy": accuracy(*pairs)}


def _pair_weights(batch: dict[str, Array]) -> Array:
    """1 for every pair; packed rows have places without one."""
    ones = jnp.ones(batch["next_sentence_label"].shape)
    return batch.get("pair_weights", ones).astype(batch["masked_weights"].dtype)


class MaskedBatchObjective(PretrainingObjective):
    """The pretraining objective for batches whose words are masked already."""

    def prepare(self, batch: dict[str, Array], keys: Key[Array, " examples"]) -> dict[str, Array]:
        """Return the batch as it is."""
        return batch
