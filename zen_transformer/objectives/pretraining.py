"""What BERT is pretrained on: the sum of the two losses.  Devlin et al. 2019, appendix A.2.

L = L_MLM / (words to predict) + L_NSP / (pairs)
"""

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Key

from zen_transformer.models.bert_encoder import Packing
from zen_transformer.objectives.cross_entropy import WeightedSum, accuracy, cross_entropy
from zen_transformer.objectives.masked_lm import mask_tokens
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer
from zen_transformer.tokenizers.wordpiece_training import PREFIX

Sums = dict[str, WeightedSum]


@dataclass(frozen=True)
class PretrainingObjective:
    """Masked words and next sentences, for a model that `nnx.split` took apart.

    Args:
        graph: the model's structure; its parameters come with each call.
        tokenizer: whose special tokens are never masked.
        masking_rate: part of the tokens to predict.
        whole_words: mask all pieces of a word or none.
    """

    graph: nnx.GraphDef
    tokenizer: WordPieceTokenizer
    masking_rate: float = 0.15
    whole_words: bool = False

    def prepare(self, batch: dict[str, Array], keys: Key[Array, " examples"]) -> dict[str, Array]:
        """Draw the masks of every sequence with its own key."""
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
                rate=self.masking_rate,
                continues_word=continues,
            )

        masked = jax.vmap(mask_one)(keys, ids, maskable, continues)
        return batch | {
            "input_ids": masked.input_ids,
            "masked_positions": masked.positions,
            "masked_labels": masked.labels,
            "masked_weights": masked.weights,
        }

    def weights(self, batch: dict[str, Array]) -> dict[str, Array]:
        """How many words, and how many pairs."""
        return {
            "mlm_loss": jnp.sum(batch["masked_weights"]),
            "nsp_loss": jnp.sum(_pair_weights(batch)),
        }

    def inputs(self, batch: dict[str, Array]) -> dict[str, Any]:
        """What the model gets of a batch that is prepared."""
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
        self, parameters: Any, batch: dict[str, Array], keys: Key[Array, " examples"] | None
    ) -> tuple[Sums, Sums]:
        """The losses, whose means are added up, and the other metrics; both as sums."""
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
