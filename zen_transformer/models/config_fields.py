"""Checks of the configs of all families, and reading of HuggingFace's config.json."""

import dataclasses
import json
from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple, get_args, get_origin

from zen_transformer.errors import UserError, check_finite, check_range
from zen_transformer.models.generation_fields import OF_CONFIG

Activation = Literal["gelu", "gelu_new", "relu", "silu"]
"""Names of the activation functions, as HuggingFace has them."""
ACTIVATION_ALIASES = {
    "gelu_python": "gelu",
    "gelu_fast": "gelu_new",
    "gelu_accurate": "gelu_new",
    "gelu_pytorch_tanh": "gelu_new",
    "swish": "silu",
}
"""Other names that HuggingFace has for the same functions."""
ACTIVATION_FIELDS = ("hidden_act", "activation_function")
IGNORED = frozenset(
    # about the file
    "model_type architectures transformers_version torch_dtype dtype _name_or_path auto_map "
    "tokenizer_class transformers.js_config _commit_hash finetuning_task language "
    # how it is run there, with the same result
    "use_cache gradient_checkpointing return_dict output_hidden_states output_attentions "
    "output_past torchscript use_bfloat16 tf_legacy_loss chunk_size_feed_forward "
    "_attn_implementation _attn_implementation_autoset attn_implementation "
    # implemented with one value, see SUPPORTED of each family
    "tie_encoder_decoder tie_word_embeddings pruned_heads cross_attention_hidden_size "
    # numbers that the labels or the tokenizer's files have as well
    "_num_labels bos_token_id eos_token_id pad_token_id sep_token_id cls_token_id mask_token_id "
    "unk_token_id prefix task_specific_params".split()
)
"""Fields of any config.json that have no effect on the computation here."""


class Supported(NamedTuple):
    """A field of HuggingFace's config of which a single value is implemented here."""

    name: str
    value: Any
    reason: str
    """What is computed here; the end of the error message."""


def check_fields(config: Any) -> None:
    """Check that every field has a value of its type; an integer is at least 1, an id at least 0,
    and a number is finite.

    Raises:
        UserError: names the field and its allowed values.
    """
    check_finite(config)
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if get_origin(field.type) is Literal and value not in get_args(field.type):
            choices = ", ".join(str(choice) for choice in get_args(field.type) if choice)
            raise UserError(f"{field.name} is {value!r}: choose one of {choices}")
        if field.type is bool and not isinstance(value, bool):
            raise UserError(f"{field.name} is {value!r}: it must be true or false")
        if field.type is int:
            if not isinstance(value, int) or isinstance(value, bool):
                raise UserError(f"{field.name} is {value!r}: it must be a whole number")
            check_range(field.name, value, 0 if field.name.endswith("_id") else 1)
        if field.type is float and (not isinstance(value, int | float) or value is True):
            raise UserError(f"{field.name} is {value!r}: it must be a number")


def check_not_negative(config: Any, *names: str) -> None:
    """Check that fields are at least 0."""
    for name in names:
        check_range(name, getattr(config, name), 0)


def check_dropout_rates(config: Any, *names: str) -> None:
    """Check that fields are probabilities below 1, or None."""
    for name in names:
        if (rate := getattr(config, name)) is not None:
            check_range(name, rate, 0, 0.999)


def check_heads(config: Any, width_name: str, heads_name: str) -> None:
    """Check that the width is divisible by the number of heads."""
    width, heads = getattr(config, width_name), getattr(config, heads_name)
    if width % heads:
        raise UserError(
            f"{width_name} {width} is not divisible by {heads_name} {heads}: choose a width that "
            "the heads can share evenly"
        )


def check_token_ids(config: Any, *names: str) -> None:
    """Check that ids are below the size of the vocabulary."""
    for name in names:
        if (number := getattr(config, name)) >= config.vocab_size:
            raise UserError(f"{name} {number} lies outside the vocabulary of {config.vocab_size}")


def first_end(fields: dict[str, Any]) -> dict[str, Any]:
    """Where several ids end a text, keep the first one for the config; generation heeds all."""
    ends = fields.get("eos_token_id")
    return fields | {"eos_token_id": ends[0]} if isinstance(ends, list) and ends else fields


def without_null_ids(fields: dict[str, Any]) -> dict[str, Any]:
    """Leave out the ids and the labels that are null, as in files that do not have such a token."""
    nullable = {"id2label", "label2id"}
    return {
        name: value
        for name, value in fields.items()
        if value is not None or not (name.endswith("_token_id") or name in nullable)
    }


def read_fields(
    cls: Any,
    fields: dict[str, Any],
    model_types: Sequence[str],
    supported: Iterable[Supported],
    ignored: Iterable[str],
) -> dict[str, Any]:
    """Select the fields of config.json that are fields of a dataclass.

    Args:
        cls: the dataclass.
        fields: content of config.json.
        model_types: values of `model_type` that can be read; the first is assumed by default.
        supported: fields of which a single value is implemented.
        ignored: fields without effect, besides `IGNORED`.

    Raises:
        UserError: another `model_type`, a value that is not implemented, or an unknown field.
    """
    fields = first_end(without_null_ids(fields))
    model_type = fields.get("model_type", model_types[0])
    if model_type not in model_types:
        known = " or ".join(map(repr, model_types))
        raise UserError(
            f"model_type is {model_type!r}: this model is read from files of {known} only"
        )
    for name, value, reason in supported:
        if fields.get(name) is not None and fields[name] != value:
            raise UserError(f"{name} is {json.dumps(fields[name])}: {reason}")
    names = {field.name for field in dataclasses.fields(cls)}
    unknown = sorted(set(fields) - names - IGNORED - OF_CONFIG - set(ignored))
    if unknown:
        raise UserError(
            f"unknown field in the model's config: {', '.join(unknown)} "
            f"(known: {', '.join(sorted(names))}): take it out, if it changes nothing"
        )
    return {
        name: ACTIVATION_ALIASES.get(value, value) if name in ACTIVATION_FIELDS else value
        for name, value in fields.items()
        if name in names
    }
