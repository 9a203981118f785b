"""What a model returns, with HuggingFace's names. All are pytrees."""

from typing import Any, NamedTuple

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


class GPTModelOutput(NamedTuple):
    last_hidden_state: Float[Array, "batch length hidden"]
    past_key_values: Any = None  # None without a cache
    hidden_states: Layers | None = None
    attentions: Maps | None = None


class CausalLMOutput(NamedTuple):
    logits: Float[Array, "batch length vocab"]
    past_key_values: Any = None
    hidden_states: Layers | None = None
    attentions: Maps | None = None


class Seq2SeqLMOutput(NamedTuple):
    """Of an encoder–decoder; what comes from the encoder is None where only the decoder ran."""

    logits: Float[Array, "batch length vocab"]
    past_key_values: Any = None
    encoder_last_hidden_state: Float[Array, "batch source hidden"] | None = None
    encoder_hidden_states: Layers | None = None
    encoder_attentions: Maps | None = None
    decoder_hidden_states: Layers | None = None
    decoder_attentions: Maps | None = None
    cross_attentions: Maps | None = None
