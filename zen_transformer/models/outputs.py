"""The outputs of the models, with HuggingFace's names. All are pytrees."""

from typing import Any, NamedTuple

from jaxtyping import Array, Float

HiddenStates = tuple[Float[Array, "batch length hidden"], ...]
"""The embeddings and the output of every block: layers + 1 arrays."""
AttentionWeights = tuple[Float[Array, "batch heads length length"] | None, ...]
"""The attention weights of every block; None for each if attention is fused."""


class BertModelOutput(NamedTuple):
    last_hidden_state: Float[Array, "batch length hidden"]
    pooler_output: Float[Array, "batch hidden"]  # None in a model without a pooler
    hidden_states: HiddenStates | None = None
    attentions: AttentionWeights | None = None


class BertForPreTrainingOutput(NamedTuple):
    prediction_logits: Float[Array, "batch positions vocab"]
    seq_relationship_logits: Float[Array, "batch 2"]
    hidden_states: HiddenStates | None = None
    attentions: AttentionWeights | None = None


class HeadOutput(NamedTuple):
    """The output of every model with a single head."""

    logits: Float[Array, "batch ..."]
    hidden_states: HiddenStates | None = None
    attentions: AttentionWeights | None = None


class QuestionAnsweringModelOutput(NamedTuple):
    start_logits: Float[Array, "batch length"]
    end_logits: Float[Array, "batch length"]
    hidden_states: HiddenStates | None = None
    attentions: AttentionWeights | None = None


class GPTModelOutput(NamedTuple):
    last_hidden_state: Float[Array, "batch length hidden"]
    past_key_values: Any = None  # None without a cache
    hidden_states: HiddenStates | None = None
    attentions: AttentionWeights | None = None


class CausalLMOutput(NamedTuple):
    logits: Float[Array, "batch length vocab"]
    past_key_values: Any = None
    hidden_states: HiddenStates | None = None
    attentions: AttentionWeights | None = None


class Seq2SeqLMOutput(NamedTuple):
    """The output of an encoder–decoder; the encoder's fields are None if only the decoder ran."""

    logits: Float[Array, "batch length vocab"]
    past_key_values: Any = None
    encoder_last_hidden_state: Float[Array, "batch source hidden"] | None = None
    encoder_hidden_states: HiddenStates | None = None
    encoder_attentions: AttentionWeights | None = None
    decoder_hidden_states: HiddenStates | None = None
    decoder_attentions: AttentionWeights | None = None
    cross_attentions: AttentionWeights | None = None
