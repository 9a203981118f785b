"""What the configs of all families check, and how they are read from HuggingFace's config.json."""

import dataclasses
import json
from collections.abc import Iterable
from typing import Any, Literal, get_args, get_origin

from zen_transformer.errors import UserError, check_range

IGNORED = frozenset(
    "model_type architectures transformers_version torch_dtype dtype _name_or_path use_cache "
    "gradient_checkpointing return_dict output_hidden_states output_attentions "
    "chunk_size_feed_forward problem_type finetuning_task torchscript tie_encoder_decoder "
    "tie_word_embeddings pruned_heads cross_attention_hidden_size".split()
)
"""Fields that any config may have, and that change nothing in what is computed here."""


def check_fields(config: Any) -> None:
    """Every field has a value of its type; a whole number is at least 1, an id at least 0.

    Raises:
        UserError: names the field and what it may be.
    """
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if get_origin(field.type) is Literal and value not in get_args(field.type):
            choices = ", ".join(get_args(field.type))
            raise UserError(f"{field.name} is {value!r}: choose one of {choices}")
        if field.type is bool and not isinstance(value, bool):
            raise UserError(f"{field.name} is {value!r}: it must be true or false")
        if field.type is int:
            if not isinstance(value, int) or isinstance(value, bool):
                raise UserError(f"{field.name} is {value!r}: it must be a whole number")
            check_range(field.name, value, 0 if field.name.endswith("_id") else 1)
        if field.type is float and (not isinstance(value, int | float) or value is True):
            raise UserError(f"{field.name} is {value!r}: it must be a number")


def check_heads(width_name: str, width: int, heads_name: str, heads: int) -> None:
    """The heads share the width evenly."""
    if width % heads:
        raise UserError(
            f"{width_name} {width} is not divisible by {heads_name} {heads}: choose a width that "
            "the heads can share evenly"
        )


def check_kind(fields: dict[str, Any], kinds: tuple[str, ...]) -> None:
    """`model_type` names the family; where nothing is said, it is taken to be."""
    kind = fields.get("model_type", kinds[0])
    if kind not in kinds:
        known = " or ".join(map(repr, kinds))
        raise UserError(f"model_type is {kind!r}: this model is read from files of {known} only")


def check_usual(fields: dict[str, Any], name: str, usual: Any, said: str) -> None:
    """A field that may ask for something that is not computed here; `said` tells what is."""
    value = fields.get(name)
    if value is not None and value != usual:
        raise UserError(f"{name} is {json.dumps(value)}: {said}")


def known_fields(cls: Any, fields: dict[str, Any], ignored: Iterable[str]) -> dict[str, Any]:
    """Those that the dataclass has. One that nobody knows is an error that names it."""
    known = {field.name for field in dataclasses.fields(cls)}
    unknown = sorted(set(fields) - known - IGNORED - set(ignored))
    if unknown:
        raise UserError(
            f"unknown field in the model's config: {', '.join(unknown)} "
            f"(known: {', '.join(sorted(known))}): take it out, if it changes nothing"
        )
    return {name: value for name, value in fields.items() if name in known}
