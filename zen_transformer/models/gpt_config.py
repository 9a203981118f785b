"""The config of GPT-2, with HuggingFace's fields and defaults."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Self

from zen_transformer.errors import check_range
from zen_transformer.models.config_fields import (
    Activation,
    Supported,
    check_dropout_rates,
    check_fields,
    check_heads,
    check_not_negative,
    read_fields,
)

IGNORED = (
    "n_ctx scale_attn_weights scale_attn_by_inverse_layer_idx reorder_and_upcast_attn "
    "add_cross_attention summary_type summary_use_proj summary_activation summary_proj_to_labels "
    "summary_first_dropout id2label label2id problem_type is_encoder_decoder".split()
)
"""Fields of GPT-2's config.json that have no effect on the computation here."""
SUPPORTED = (
    Supported("scale_attn_weights", True, "scores are divided by √head_dim here"),
    Supported("scale_attn_by_inverse_layer_idx", False, "every block divides by √head_dim alone"),
    Supported("add_cross_attention", False, "a GPT here reads nothing but its own text"),
    Supported("tie_word_embeddings", True, "the output shares the embeddings' table here"),
    Supported("pruned_heads", {}, "only blocks with all heads are implemented"),
)


@dataclass(frozen=True, kw_only=True)
class GPTConfig:
    """The config of a GPT; the defaults are those of the smallest GPT-2."""

    vocab_size: int = 50257
    """Size of the vocabulary."""
    n_positions: int = 1024
    """Maximum length of the text in tokens."""
    n_embd: int = 768
    """Width of the hidden vectors."""
    n_layer: int = 12
    """Number of blocks."""
    n_head: int = 12
    """Number of attention heads; the width is divided among them."""
    n_inner: int | None = None
    """Width of the feed-forward network; None means four times `n_embd`."""
    activation_function: Activation = "gelu_new"
    """Activation function of the feed-forward network."""
    resid_pdrop: float = 0.1
    """Dropout rate after every sub-layer."""
    embd_pdrop: float = 0.1
    """Dropout rate after the embeddings."""
    attn_pdrop: float = 0.1
    """Dropout rate of the attention weights."""
    layer_norm_epsilon: float = 1e-5
    """ε of the layer normalizations."""
    initializer_range: float = 0.02
    """Standard deviation of the initial weights."""
    bos_token_id: int = 50256
    """Id of the first token of a text."""
    eos_token_id: int = 50256
    """Id of the last token of a text; the same in GPT-2."""

    def __post_init__(self):
        check_fields(self)
        if self.n_inner is not None:
            check_range("n_inner", self.n_inner, 1)
        check_not_negative(self, "layer_norm_epsilon", "initializer_range")
        check_dropout_rates(self, "resid_pdrop", "embd_pdrop", "attn_pdrop")
        check_heads(self, "n_embd", "n_head")

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Self:
        """Read the fields of HuggingFace's config.json.

        Raises:
            UserError: an unknown field, or a value that is not implemented.
        """
        return cls(**read_fields(cls, fields, ("gpt2",), SUPPORTED, IGNORED))

    def to_dict(self) -> dict[str, Any]:
        """Return the fields for config.json, as HuggingFace reads it."""
        return dataclasses.asdict(self) | {"model_type": "gpt2"}

    # The names of `StackConfig`, as in HuggingFace's attribute_map

    @property
    def hidden_size(self) -> int:
        return self.n_embd

    @property
    def num_hidden_layers(self) -> int:
        return self.n_layer

    @property
    def num_attention_heads(self) -> int:
        return self.n_head

    @property
    def max_position_embeddings(self) -> int:
        return self.n_positions

    @property
    def intermediate_size(self) -> int:
        return 4 * self.n_embd if self.n_inner is None else self.n_inner

    @property
    def hidden_act(self) -> str:
        return self.activation_function

    @property
    def hidden_dropout_prob(self) -> float:
        return self.resid_pdrop

    @property
    def attention_probs_dropout_prob(self) -> float:
        return self.attn_pdrop

    @property
    def layer_norm_eps(self) -> float:
        return self.layer_norm_epsilon
