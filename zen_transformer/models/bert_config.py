"""The shape of a BERT: HuggingFace's fields, names and defaults."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal, Self

from zen_transformer.errors import UserError, check_range
from zen_transformer.models.config_fields import (
    check_fields,
    check_heads,
    check_kind,
    check_usual,
    known_fields,
)

IGNORED = (
    "id2label label2id add_cross_attention bos_token_id eos_token_id sep_token_id "
    "position_embedding_type is_decoder is_encoder_decoder directionality pooler_fc_size "
    "pooler_num_attention_heads pooler_num_fc_layers pooler_size_per_head pooler_type".split()
)
"""Fields of BERT's config.json that change nothing in what is computed here."""


@dataclass(frozen=True, kw_only=True)
class BertConfig:
    """The shape of a BERT; the defaults are those of bert-base-uncased."""

    vocab_size: int = 30522
    """Pieces in the vocabulary."""
    hidden_size: int = 768
    """Width of every token's vector."""
    num_hidden_layers: int = 12
    """Blocks of the stack."""
    num_attention_heads: int = 12
    """Heads; they share the hidden size between them."""
    intermediate_size: int = 3072
    """Width inside the feed-forward network."""
    hidden_act: Literal["gelu", "gelu_new", "relu"] = "gelu"
    """Its non-linearity."""
    hidden_dropout_prob: float = 0.1
    """Dropout after the embeddings and after every sub-layer."""
    attention_probs_dropout_prob: float = 0.1
    """Dropout of the attention weights."""
    max_position_embeddings: int = 512
    """Longest input, in tokens."""
    type_vocab_size: int = 2
    """Segments."""
    initializer_range: float = 0.02
    """Standard deviation of the initial weights."""
    layer_norm_eps: float = 1e-12
    """ε of the layer normalizations."""
    pad_token_id: int = 0
    """Id of [PAD]."""
    classifier_dropout: float | None = None
    """Dropout before the classifier; none given means `hidden_dropout_prob`."""
    num_labels: int = 2
    """Classes of the classifier."""
    label_names: tuple[str, ...] | None = None
    """Their names; HuggingFace's `id2label`."""
    pooling: Literal["cls", "mean", "max"] = "cls"
    """One vector from many: "cls" is BERT's ([CLS], then a tanh layer). HuggingFace knows
    only that one."""

    def __post_init__(self):
        check_fields(self)
        for name in ("layer_norm_eps", "initializer_range"):
            check_range(name, getattr(self, name), 0)
        for name in ("hidden_dropout_prob", "attention_probs_dropout_prob"):
            check_range(name, getattr(self, name), 0, 0.999)
        if self.classifier_dropout is not None:
            check_range("classifier_dropout", self.classifier_dropout, 0, 0.999)
        check_heads(
            "hidden_size", self.hidden_size, "num_attention_heads", self.num_attention_heads
        )
        if self.label_names is not None and len(self.label_names) != self.num_labels:
            raise UserError(f"label_names has {len(self.label_names)} of {self.num_labels} labels")
        if self.pad_token_id >= self.vocab_size:
            raise UserError(
                f"pad_token_id {self.pad_token_id} lies outside the vocabulary of {self.vocab_size}"
            )

    @property
    def head_dim(self) -> int:
        """Width of one head."""
        return self.hidden_size // self.num_attention_heads

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Self:
        """From HuggingFace's config.json. A field that is unknown is an error that names it.

        Raises:
            UserError: the fields ask for something that is not computed here.
        """
        check_kind(fields, ("bert",))
        for name, usual, said in (
            ("position_embedding_type", "absolute", "only absolute, learnt positions are there"),
            ("is_decoder", False, "BERT here is an encoder"),
            ("tie_word_embeddings", True, "the masked-word head shares the embeddings' table here"),
            ("pruned_heads", {}, "only blocks with all heads are implemented"),
        ):
            check_usual(fields, name, usual, said)
        chosen = known_fields(cls, fields, IGNORED)
        if "id2label" in fields and "num_labels" not in chosen:
            names = _names(fields["id2label"])
            chosen["num_labels"] = len(names)
            if names != _usual_names(len(names)):
                chosen["label_names"] = names
        return cls(**chosen)

    def to_dict(self) -> dict[str, Any]:
        """For config.json, as HuggingFace reads it: it counts labels in `id2label`."""
        fields = dataclasses.asdict(self) | {"model_type": "bert"}
        count, names = fields.pop("num_labels"), fields.pop("label_names")
        names = names or _usual_names(count)
        return fields | {
            "id2label": {str(i): name for i, name in enumerate(names)},
            "label2id": {name: i for i, name in enumerate(names)},
        }


def _names(labels: Any) -> tuple[str, ...]:
    """The labels of `id2label` in the order of their numbers."""
    numbers = [str(number) for number in range(len(labels))] if isinstance(labels, dict) else []
    if not numbers or set(map(str, labels)) != set(numbers):
        raise UserError(f"id2label is {labels!r:.60}: it must name the labels 0, 1, 2, …")
    by_number = {str(number): str(name) for number, name in labels.items()}
    return tuple(by_number[number] for number in numbers)


def _usual_names(count: int) -> tuple[str, ...]:
    """HuggingFace's names of labels that were given none."""
    return tuple(f"LABEL_{number}" for number in range(count))
