"""The shape of a GPT-2: HuggingFace's fields, names and defaults."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal, Self

from zen_transformer.errors import check_range
from zen_transformer.models.config_fields import (
    check_fields,
    check_heads,
    check_kind,
    check_usual,
    known_fields,
)

IGNORED = (
    "n_ctx scale_attn_weights scale_attn_by_inverse_layer_idx reorder_and_upcast_attn "
    "add_cross_attention summary_type summary_use_proj summary_activation summary_proj_to_labels "
    "summary_first_dropout task_specific_params id2label label2id pad_token_id "
    "is_encoder_decoder".split()
)
"""Fields of GPT-2's config.json that change nothing in what is computed here."""


@dataclass(frozen=True, kw_only=True)
class GPTConfig:
    """The shape of a GPT; the defaults are those of GPT-2's smallest."""

    vocab_size: int = 50257
    """Pieces in the vocabulary."""
    n_positions: int = 1024
    """Longest text, in tokens."""
    n_embd: int = 768
    """Width of every token's vector."""
    n_layer: int = 12
    """Blocks of the stack."""
    n_head: int = 12
    """Heads; they share the width between them."""
    n_inner: int | None = None
    """Width inside the feed-forward network; none given means four times `n_embd`."""
    activation_function: Literal["gelu", "gelu_new", "relu"] = "gelu_new"
    """Its non-linearity."""
    resid_pdrop: float = 0.1
    """Dropout after every sub-layer."""
    embd_pdrop: float = 0.1
    """Dropout after the embeddings."""
    attn_pdrop: float = 0.1
    """Dropout of the attention weights."""
    layer_norm_epsilon: float = 1e-5
    """ε of the layer normalizations."""
    initializer_range: float = 0.02
    """Standard deviation of the initial weights."""
    bos_token_id: int = 50256
    """Id of the token that a text begins with."""
    eos_token_id: int = 50256
    """Id of the token that ends a text; in GPT-2 the same."""

    def __post_init__(self):
        check_fields(self)
        if self.n_inner is not None:
            check_range("n_inner", self.n_inner, 1)
        for name in ("layer_norm_epsilon", "initializer_range"):
            check_range(name, getattr(self, name), 0)
        for name in ("resid_pdrop", "embd_pdrop", "attn_pdrop"):
            check_range(name, getattr(self, name), 0, 0.999)
        check_heads("n_embd", self.n_embd, "n_head", self.n_head)

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Self:
        """From HuggingFace's config.json. A field that is unknown is an error that names it.

        Raises:
            UserError: the fields ask for something that is not computed here.
        """
        check_kind(fields, ("gpt2",))
        for name, usual, said in (
            ("scale_attn_weights", True, "scores are divided by √head_dim here"),
            ("scale_attn_by_inverse_layer_idx", False, "every block divides by √head_dim alone"),
            ("add_cross_attention", False, "a GPT here reads nothing but its own text"),
            ("tie_word_embeddings", True, "the output shares the embeddings' table here"),
            ("pruned_heads", {}, "only blocks with all heads are implemented"),
        ):
            check_usual(fields, name, usual, said)
        return cls(**known_fields(cls, fields, IGNORED))

    def to_dict(self) -> dict[str, Any]:
        """For config.json, as HuggingFace reads it."""
        return dataclasses.asdict(self) | {"model_type": "gpt2"}

    # The same by the names that the stack knows (HuggingFace's attribute_map)

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
