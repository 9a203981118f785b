"""What a model returns, with HuggingFace's names. All are pytrees."""

from typing import NamedTuple

from jaxtyping import Array, Float

Layers = tuple[Float[Array, "batch length hidden"], ...]
"""The embeddings and then every block's output: layers + 1 of them."""
Maps = tuple[Float[Array, "batch heads length length"] | None, ...]
"""Every block's attention weights: layers of them; None each, where attention is fused."""


class BertModelOutput(NamedTuple):
    last_hidden_state: Float[Array, "batch length hidden"]
    pooler_output: Float[Array, "batch hidden"]  # None in a model without a pooler
    hidden_states: Layers | None = None
    attentions: Maps | None = None


class BertForPreTrainingOutput(NamedTuple):
    prediction_logits: Float[Array, "batch positions vocab"]
    seq_relationship_logits: Float[Array, "batch 2"]
    hidden_states: Layers | None = None
    attentions: Maps | None = None


class HeadOutput(NamedTuple):
    """Of every model with a single head."""

    logits: Float[Array, "batch ..."]
    hidden_states: Layers | None = None
    attentions: Maps | None = None


class QuestionAnsweringModelOutput(NamedTuple):
    start_logits: Float[Array, "batch length"]
    end_logits: Float[Array, "batch length"]
    hidden_states: Layers | None = None
    attentions: Maps | None = None
