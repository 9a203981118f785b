"""The config of an encoder–decoder, with the fields of HuggingFace's Marian and BART."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Self

from zen_transformer.errors import UserError
from zen_transformer.models.config_fields import (
    Activation,
    Supported,
    check_dropout_rates,
    check_fields,
    check_heads,
    check_not_negative,
    check_token_ids,
    read_fields,
)

IGNORED = (
    "activation_dropout classifier_dropout classif_dropout encoder_layerdrop decoder_layerdrop "
    "num_hidden_layers is_encoder_decoder share_encoder_decoder_embeddings decoder_vocab_size "
    "static_position_embeddings add_bias_logits add_final_layer_norm normalize_before id2label "
    "label2id problem_type is_decoder extra_pos_embeddings".split()
)
"""Fields of their config.json that have no effect on the computation here."""
OWN = "zen-encoder-decoder"
"""The `model_type` of what neither Marian nor BART computes, so that HuggingFace refuses it."""
FAMILIES: dict[str, dict[str, Any]] = {
    "marian": {
        "vocab_size": 58101,
        "positions": "sinusoidal-halves",
        "normalize_embedding": False,
        "pad_token_id": 58100,
        "eos_token_id": 0,
        "decoder_start_token_id": 58100,
    },
    "bart": {
        "vocab_size": 50265,
        "positions": "learned",
        "normalize_embedding": True,
        "pad_token_id": 1,
        "bos_token_id": 0,
        "eos_token_id": 2,
        "decoder_start_token_id": 2,
    },
}
"""What each has where its config.json says nothing."""
LARGE: dict[str, Any] = {
    "d_model": 1024,
    "encoder_layers": 12,
    "decoder_layers": 12,
    "encoder_attention_heads": 16,
    "decoder_attention_heads": 16,
    "encoder_ffn_dim": 4096,
    "decoder_ffn_dim": 4096,
    "max_position_embeddings": 1024,
    "activation_function": "gelu",
    "scale_embedding": False,
}
"""What both of them have where their config.json says nothing."""
SUPPORTED = (
    Supported("tie_word_embeddings", True, "the output shares the embeddings' table here"),
    Supported("share_encoder_decoder_embeddings", True, "both sides share one table here"),
    Supported("activation_dropout", 0.0, "there is no dropout inside the feed-forward networks"),
    Supported("encoder_layerdrop", 0.0, "no layers are dropped here"),
    Supported("decoder_layerdrop", 0.0, "no layers are dropped here"),
    Supported("pruned_heads", {}, "only blocks with all heads are implemented"),
)


class StackShape(NamedTuple):
    """The `StackConfig` of the encoder or of the decoder."""

    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    intermediate_size: int
    hidden_act: str
    hidden_dropout_prob: float
    attention_probs_dropout_prob: float
    layer_norm_eps: float
    initializer_range: float


@dataclass(frozen=True, kw_only=True)
class EncoderDecoderConfig:
    """The config of an encoder–decoder; the defaults are the base model of Vaswani et al. 2017."""

    vocab_size: int = 37000
    """Size of the vocabulary, which both sides share."""
    d_model: int = 512
    """Width of the hidden vectors."""
    encoder_layers: int = 6
    decoder_layers: int = 6
    encoder_attention_heads: int = 8
    decoder_attention_heads: int = 8
    encoder_ffn_dim: int = 2048
    """Width of the encoder's feed-forward networks."""
    decoder_ffn_dim: int = 2048
    """Width of the decoder's feed-forward networks."""
    activation_function: Activation = "relu"
    """Activation function of the feed-forward networks."""
    dropout: float = 0.1
    """Dropout rate after the embeddings and after every sub-layer."""
    attention_dropout: float = 0.0
    """Dropout rate of the attention weights."""
    max_position_embeddings: int = 512
    """Maximum length of the text on either side in tokens."""
    positions: Literal["sinusoidal", "sinusoidal-halves", "learned"] = "sinusoidal"
    """Sinusoidal as in the paper; with all sines before all cosines as in Marian; or a learned
    table for each side."""
    scale_embedding: bool = True
    """Multiply the token vectors by √d_model."""
    normalize_embedding: bool = False
    """LayerNorm after the embeddings, as in BART and BERT."""
    logits_bias: bool = False
    """Add a bias to the logits, as converted Marians have it."""
    layer_norm_eps: float = 1e-5
    """ε of the layer normalizations."""
    init_std: float = 0.02
    """Standard deviation of the initial weights."""
    pad_token_id: int = 0
    bos_token_id: int = 1
    eos_token_id: int = 2
    """Id of the last token of a text."""
    decoder_start_token_id: int = 1
    """Id of the decoder's first input token."""

    def __post_init__(self):
        check_fields(self)
        check_not_negative(self, "layer_norm_eps", "init_std")
        check_dropout_rates(self, "dropout", "attention_dropout")
        check_heads(self, "d_model", "encoder_attention_heads")
        check_heads(self, "d_model", "decoder_attention_heads")
        check_token_ids(
            self, "pad_token_id", "bos_token_id", "eos_token_id", "decoder_start_token_id"
        )

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Self:
        """Read the fields of the config.json of a Marian or BART.

        Raises:
            UserError: an unknown field, or a value that is not implemented.
        """
        arguments = read_fields(cls, fields, (*FAMILIES, OWN), SUPPORTED, IGNORED)
        family = fields.get("model_type", "marian")
        if family == OWN or "positions" in fields:  # a file of this package says everything
            return cls(**arguments)
        config = cls(**LARGE | FAMILIES[family] | arguments | _fixed(family))
        words = fields.get("decoder_vocab_size")
        if words not in (None, config.vocab_size):
            raise UserError(
                f"decoder_vocab_size is {words}, vocab_size {config.vocab_size}: both sides share "
                "one table here"
            )
        return config

    @property
    def family(self) -> str:
        """The model of HuggingFace's that computes the same: "marian", "bart", or `OWN` if none."""
        computed = dataclasses.asdict(self)
        for name in FAMILIES:
            if _fixed(name).items() <= computed.items():
                return name
        return OWN

    def to_dict(self) -> dict[str, Any]:
        """Return the fields for config.json."""
        return dataclasses.asdict(self) | {"model_type": self.family, "is_encoder_decoder": True}

    @property
    def encoder(self) -> StackShape:
        """The config of the encoder's stack."""
        return self._stack(self.encoder_layers, self.encoder_attention_heads, self.encoder_ffn_dim)

    @property
    def decoder(self) -> StackShape:
        """The config of the decoder's stack."""
        return self._stack(self.decoder_layers, self.decoder_attention_heads, self.decoder_ffn_dim)

    def _stack(self, layers: int, heads: int, inner: int) -> StackShape:
        return StackShape(
            self.d_model,
            layers,
            heads,
            inner,
            self.activation_function,
            self.dropout,
            self.attention_dropout,
            self.layer_norm_eps,
            self.init_std,
        )


def _fixed(family: str) -> dict[str, Any]:
    """What is no field of theirs: it is this, whatever a file says."""
    fields = FAMILIES[family]
    return {
        "positions": fields["positions"],
        "normalize_embedding": fields["normalize_embedding"],
        "layer_norm_eps": 1e-5,
    }
