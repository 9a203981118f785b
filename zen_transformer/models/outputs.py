"""The outputs of the models, with HuggingFace's names. All are pytrees."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from jax.tree_util import register_dataclass
from jaxtyping import Array, Float

HiddenStates = tuple[Float[Array, "batch length hidden"], ...]
"""The embeddings and the output of every block: layers + 1 arrays."""
AttentionWeights = tuple[Float[Array, "batch heads length length"] | None, ...]
"""The attention weights of every block; None for each if attention is fused."""


@dataclass(frozen=True, eq=False, kw_only=True)
class ModelOutput:
    """The fields of an output by name, `output.logits` or `output["logits"]`, and by number, which
    counts those that are not None, as in HuggingFace: `output[0]` is the loss if there are labels.
    """

    def keys(self) -> list[str]:
        """Return the names of the fields that are not None."""
        return [f.name for f in fields(self) if getattr(self, f.name) is not None]

    def to_tuple(self) -> tuple[Any, ...]:
        """Return the fields that are not None."""
        return tuple(getattr(self, name) for name in self.keys())

    def __getitem__(self, key: Any) -> Any:
        return getattr(self, key) if isinstance(key, str) else self.to_tuple()[key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.to_tuple())

    def __len__(self) -> int:
        return len(self.keys())


def as_requested(output: ModelOutput, return_dict: bool | None) -> Any:
    """Return an output, or if `return_dict` is False its tuple."""
    return output.to_tuple() if return_dict is False else output


@register_dataclass
@dataclass(frozen=True, eq=False, kw_only=True)
class BertModelOutput(ModelOutput):
    last_hidden_state: Float[Array, "batch length hidden"]
    pooler_output: Float[Array, "batch hidden"]  # None in a model without a pooler
    hidden_states: HiddenStates | None = None
    attentions: AttentionWeights | None = None


@register_dataclass
@dataclass(frozen=True, eq=False, kw_only=True)
class BertForPreTrainingOutput(ModelOutput):
    loss: Float[Array, ""] | None = None
    prediction_logits: Float[Array, "batch positions vocab"]
    seq_relationship_logits: Float[Array, "batch 2"]
    hidden_states: HiddenStates | None = None
    attentions: AttentionWeights | None = None


@register_dataclass
@dataclass(frozen=True, eq=False, kw_only=True)
class HeadOutput(ModelOutput):
    """The output of every model with a single head."""

    loss: Float[Array, ""] | None = None
    logits: Float[Array, "batch ..."]
    hidden_states: HiddenStates | None = None
    attentions: AttentionWeights | None = None


@register_dataclass
@dataclass(frozen=True, eq=False, kw_only=True)
class QuestionAnsweringModelOutput(ModelOutput):
    loss: Float[Array, ""] | None = None
    start_logits: Float[Array, "batch length"]
    end_logits: Float[Array, "batch length"]
    hidden_states: HiddenStates | None = None
    attentions: AttentionWeights | None = None


@register_dataclass
@dataclass(frozen=True, eq=False, kw_only=True)
class GPTModelOutput(ModelOutput):
    last_hidden_state: Float[Array, "batch length hidden"]
    past_key_values: Any = None  # None without a cache
    hidden_states: HiddenStates | None = None
    attentions: AttentionWeights | None = None


@register_dataclass
@dataclass(frozen=True, eq=False, kw_only=True)
class CausalLMOutput(ModelOutput):
    loss: Float[Array, ""] | None = None
    logits: Float[Array, "batch length vocab"]
    past_key_values: Any = None
    hidden_states: HiddenStates | None = None
    attentions: AttentionWeights | None = None


@register_dataclass
@dataclass(frozen=True, eq=False, kw_only=True)
class Seq2SeqLMOutput(ModelOutput):
    """The output of an encoder–decoder; the encoder's fields are None if only the decoder ran."""

    loss: Float[Array, ""] | None = None
    logits: Float[Array, "batch length vocab"]
    past_key_values: Any = None
    decoder_hidden_states: HiddenStates | None = None
    decoder_attentions: AttentionWeights | None = None
    cross_attentions: AttentionWeights | None = None
    encoder_last_hidden_state: Float[Array, "batch source hidden"] | None = None
    encoder_hidden_states: HiddenStates | None = None
    encoder_attentions: AttentionWeights | None = None
