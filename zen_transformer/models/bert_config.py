"""The config of BERT, with HuggingFace's fields and defaults."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal, Self

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
    "id2label label2id add_cross_attention position_embedding_type is_decoder "
    "is_encoder_decoder directionality pooler_fc_size pooler_num_attention_heads "
    "pooler_num_fc_layers pooler_size_per_head pooler_type".split()
)
"""Fields of BERT's config.json that have no effect on the computation here."""
SUPPORTED = (
    Supported("position_embedding_type", "absolute", "only absolute, learned positions are there"),
    Supported("is_decoder", False, "BERT here is an encoder"),
    Supported("add_cross_attention", False, "BERT here reads nothing but its own text"),
    Supported(
        "tie_word_embeddings", True, "the masked-word head shares the embeddings' table here"
    ),
    Supported("pruned_heads", {}, "only blocks with all heads are implemented"),
)


@dataclass(frozen=True, kw_only=True)
class BertConfig:
    """The config of a BERT; the defaults are those of bert-base-uncased."""

    vocab_size: int = 30522
    """Size of the vocabulary."""
    hidden_size: int = 768
    """Width of the hidden vectors."""
    num_hidden_layers: int = 12
    """Number of blocks."""
    num_attention_heads: int = 12
    """Number of attention heads; the hidden size is divided among them."""
    intermediate_size: int = 3072
    """Width of the feed-forward network."""
    hidden_act: Activation = "gelu"
    """Activation function of the feed-forward network."""
    hidden_dropout_prob: float = 0.1
    """Dropout rate after the embeddings and after every sub-layer."""
    attention_probs_dropout_prob: float = 0.1
    """Dropout rate of the attention weights."""
    max_position_embeddings: int = 512
    """Maximum length of the input in tokens."""
    type_vocab_size: int = 2
    """Number of segments."""
    initializer_range: float = 0.02
    """Standard deviation of the initial weights."""
    layer_norm_eps: float = 1e-12
    """ε of the layer normalizations."""
    pad_token_id: int = 0
    """Id of [PAD]."""
    classifier_dropout: float | None = None
    """Dropout rate before the classifier; None means `hidden_dropout_prob`."""
    num_labels: int = 2
    """Number of classes of the classifier."""
    label_names: tuple[str, ...] | None = None
    """Names of the classes; HuggingFace's `id2label`."""
    problem_type: (
        Literal["single_label_classification", "multi_label_classification", "regression"] | None
    ) = None
    """What the classifier's outputs are: logits of classes of which one is right (also if None,
    where there are several), of classes each of which may be right, or numbers."""
    pooling: Literal["cls", "mean", "max"] = "cls"
    """Pooling of the hidden vectors: "cls" is BERT's ([CLS], then a tanh layer), and the only one
    that HuggingFace has."""

    def __post_init__(self):
        check_fields(self)
        check_not_negative(self, "layer_norm_eps", "initializer_range")
        check_dropout_rates(
            self, "hidden_dropout_prob", "attention_probs_dropout_prob", "classifier_dropout"
        )
        check_heads(self, "hidden_size", "num_attention_heads")
        if self.label_names is not None and len(self.label_names) != self.num_labels:
            raise UserError(f"label_names has {len(self.label_names)} of {self.num_labels} labels")
        check_token_ids(self, "pad_token_id")

    @property
    def head_dim(self) -> int:
        """Width of one head."""
        return self.hidden_size // self.num_attention_heads

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Self:
        """Read the fields of HuggingFace's config.json.

        Raises:
            UserError: an unknown field, or a value that is not implemented.
        """
        arguments = read_fields(cls, fields, ("bert",), SUPPORTED, IGNORED)
        given = arguments.pop("label_names", None)
        names = () if fields.get("id2label") is None else _names(fields["id2label"])
        names = names if given is None else tuple(given)
        if names:
            count = arguments.setdefault("num_labels", len(names))
            if given is not None or (count == len(names) and names != _default_names(count)):
                arguments["label_names"] = names
        return cls(**arguments)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields for config.json; HuggingFace counts the labels of `id2label`."""
        fields = dataclasses.asdict(self) | {"model_type": "bert"}
        count, names = fields.pop("num_labels"), fields.pop("label_names")
        names = names or _default_names(count)
        return fields | {
            "id2label": {str(i): name for i, name in enumerate(names)},
            "label2id": {name: i for i, name in enumerate(names)},
        }


def _names(labels: Any) -> tuple[str, ...]:
    """List the labels of `id2label` in the order of their numbers."""
    numbers = [str(number) for number in range(len(labels))] if isinstance(labels, dict) else []
    if not numbers or set(map(str, labels)) != set(numbers):
        raise UserError(f"id2label is {labels!r:.60}: it must name the labels 0, 1, 2, …")
    by_number = {str(number): str(name) for number, name in labels.items()}
    return tuple(by_number[number] for number in numbers)


def _default_names(count: int) -> tuple[str, ...]:
    """HuggingFace's default names of labels."""
    return tuple(f"LABEL_{number}" for number in range(count))
