"""The shape of an encoder–decoder: fields and names of HuggingFace's Marian and BART."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Self

from zen_transformer.errors import UserError, check_range
from zen_transformer.models.config_fields import (
    check_fields,
    check_heads,
    check_kind,
    check_usual,
    known_fields,
)

IGNORED = (
    "activation_dropout classifier_dropout encoder_layerdrop decoder_layerdrop num_hidden_layers "
    "is_encoder_decoder forced_eos_token_id forced_bos_token_id num_beams bad_words_ids "
    "share_encoder_decoder_embeddings decoder_vocab_size static_position_embeddings "
    "add_bias_logits add_final_layer_norm normalize_before id2label label2id is_decoder "
    "extra_pos_embeddings encoder_no_repeat_ngram_size no_repeat_ngram_size".split()
)
"""Fields of their config.json that change nothing in what is computed here."""


class StackShape(NamedTuple):
    """One of the two stacks, by the names that `stack.py` knows."""

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
    """The shape of an encoder–decoder; the defaults are the base model of Vaswani et al. 2017."""

    vocab_size: int = 37000
    """Pieces in the vocabulary, which both sides share."""
    d_model: int = 512
    """Width of every token's vector."""
    encoder_layers: int = 6
    decoder_layers: int = 6
    encoder_attention_heads: int = 8
    decoder_attention_heads: int = 8
    encoder_ffn_dim: int = 2048
    """Width inside the encoder's feed-forward networks."""
    decoder_ffn_dim: int = 2048
    """Width inside the decoder's."""
    activation_function: Literal["gelu", "gelu_new", "relu"] = "relu"
    """Their non-linearity."""
    dropout: float = 0.1
    """Dropout after the embeddings and after every sub-layer."""
    attention_dropout: float = 0.0
    """Dropout of the attention weights."""
    max_position_embeddings: int = 512
    """Longest text on either side, in tokens."""
    positions: Literal["sinusoidal", "sinusoidal-halves", "learned"] = "sinusoidal"
    """As in the paper; the same with all sines first, as Marian has them; or a table each."""
    scale_embedding: bool = True
    """Multiply the token's vector by √d_model."""
    normalize_embedding: bool = False
    """LayerNorm after the embeddings, as in BART and BERT."""
    layer_norm_eps: float = 1e-5
    """ε of the layer normalizations."""
    init_std: float = 0.02
    """Standard deviation of the initial weights."""
    pad_token_id: int = 0
    bos_token_id: int = 1
    eos_token_id: int = 2
    """Ends a text."""
    decoder_start_token_id: int = 1
    """What the decoder is given before the first token."""

    def __post_init__(self):
        check_fields(self)
        for name in ("layer_norm_eps", "init_std"):
            check_range(name, getattr(self, name), 0)
        for name in ("dropout", "attention_dropout"):
            check_range(name, getattr(self, name), 0, 0.999)
        for side in ("encoder", "decoder"):
            heads = f"{side}_attention_heads"
            check_heads("d_model", self.d_model, heads, getattr(self, heads))
        for name in ("pad", "bos", "eos", "decoder_start"):
            number = getattr(self, f"{name}_token_id")
            if number >= self.vocab_size:
                raise UserError(
                    f"{name}_token_id {number} lies outside the vocabulary of {self.vocab_size}"
                )

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Self:
        """From config.json. A field that is unknown is an error that names it.

        Raises:
            UserError: the fields ask for something that is not computed here.
        """
        check_kind(fields, ("marian", "bart"))
        for name, usual, said in (
            ("tie_word_embeddings", True, "the output shares the embeddings' table here"),
            ("share_encoder_decoder_embeddings", True, "both sides share one table here"),
            ("activation_dropout", 0.0, "there is no dropout inside the feed-forward networks"),
            ("encoder_layerdrop", 0.0, "no layers are dropped here"),
            ("decoder_layerdrop", 0.0, "no layers are dropped here"),
        ):
            check_usual(fields, name, usual, said)
        family: dict[str, Any] = {"positions": "sinusoidal-halves"}
        if fields.get("model_type") == "bart":
            family = {"positions": "learned", "normalize_embedding": True}
        return cls(**family | known_fields(cls, fields, IGNORED))

    def to_dict(self) -> dict[str, Any]:
        """For config.json. Marian and BART are the two of HuggingFace's that compute the same; the
        fields of ours that they do not have say what they take for granted."""
        kind = "bart" if self.positions == "learned" else "marian"
        return dataclasses.asdict(self) | {"model_type": kind, "is_encoder_decoder": True}

    @property
    def encoder(self) -> StackShape:
        """The encoder's stack."""
        return self._stack(self.encoder_layers, self.encoder_attention_heads, self.encoder_ffn_dim)

    @property
    def decoder(self) -> StackShape:
        """The decoder's."""
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
