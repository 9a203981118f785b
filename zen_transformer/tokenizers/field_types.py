"""The types of the fields in a tokenizer's files, checked before anything is made of them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zen_transformer.errors import UserError, shortened
from zen_transformer.files import read_json

NOTHING = type(None)
Types = Mapping[str, tuple[type, ...]]
WORDS = {bool: "true or false", dict: "an object", list: "a list", str: "a text", int: "a number"}
COMPONENTS = "normalizer pre_tokenizer post_processor decoder".split()
TOKENIZER: Types = {
    **dict.fromkeys(COMPONENTS, (dict, NOTHING)),
    "model": (dict,),
    "added_tokens": (list, NOTHING),
}
MODEL: Types = {
    "type": (str,),
    "max_input_chars_per_word": (int,),
    **dict.fromkeys(("unk_token", "continuing_subword_prefix"), (str, NOTHING)),
    **dict.fromkeys(("byte_fallback", "ignore_merges", "fuse_unk"), (bool,)),
}
NORMALIZER: Types = {
    **dict.fromkeys(("clean_text", "handle_chinese_chars", "lowercase"), (bool,)),
    "strip_accents": (bool, NOTHING),
}
DECODER: Types = {"type": (str,), "prefix": (str,), "cleanup": (bool,)}
FLAGS = "single_word lstrip rstrip normalized special".split()
ADDED_TOKEN: Types = {"content": (str,), "id": (int,), **dict.fromkeys(FLAGS, (bool,))}
ROLES = "bos eos unk cls sep pad mask".split()
CONFIG: Types = {
    **dict.fromkeys(
        "do_lower_case tokenize_chinese_chars add_prefix_space add_bos_token "
        "split_special_tokens clean_up_tokenization_spaces".split(),
        (bool, NOTHING),
    ),
    "strip_accents": (bool, NOTHING),
    "tokenizer_class": (str, NOTHING),
    "model_max_length": (int, float, NOTHING),
    "added_tokens_decoder": (dict, NOTHING),
    "additional_special_tokens": (list, NOTHING),
    **dict.fromkeys((f"{role}_token" for role in ROLES), (str, dict, NOTHING)),
}


def check_types(fields: Any, types: Types, place: object) -> None:
    """Check that the fields of an object are of their types; those that are missing pass.

    Args:
        fields: the object.
        types: the types that a field may have, by its name.
        place: where the object stands, for the message.

    Raises:
        UserError: names the field, and what it has to be.
    """
    if not isinstance(fields, dict):
        raise UserError(f"{place}: {shortened(repr(fields), 40)} has to be an object")
    for name, allowed in types.items():
        value = fields.get(name)
        if name in fields and (type(value) not in allowed):
            words = " or ".join(WORDS.get(one, "null") for one in allowed if one is not float)
            raise UserError(
                f"{place}: {name} is {shortened(repr(value), 40)}, it has to be {words}"
            )


def read_tokenizer_file(path: Path) -> dict[str, Any]:
    """Read a `tokenizer.json`.

    Raises:
        UserError: it is damaged, or one of its fields is of another type.
    """
    fields = read_json(path)
    check_types(fields, TOKENIZER, path)
    check_types(fields.get("model", {}), MODEL, f"{path}: model")
    check_types(fields.get("normalizer") or {}, NORMALIZER, f"{path}: normalizer")
    check_types(fields.get("decoder") or {}, DECODER, f"{path}: decoder")
    for number, token in enumerate(fields.get("added_tokens") or []):
        check_types(token, ADDED_TOKEN, f"{path}: added_tokens[{number}]")
        if not {"content", "id"} <= set(token):
            raise UserError(f"{path}: added_tokens[{number}] lacks its content or id")
    return fields


def read_config_file(path: Path) -> dict[str, Any]:
    """Read a `tokenizer_config.json`, or a `special_tokens_map.json`, whose fields it may have.

    Raises:
        UserError: it is damaged, or one of its fields is of another type.
    """
    fields = read_json(path)
    check_types(fields, CONFIG, path)
    listed = fields.get("added_tokens_decoder") or {}
    for number in listed:
        if not number.isdecimal():
            raise UserError(f"{path}: added_tokens_decoder has {number!r:.40}, which is no id")
    more = fields.get("additional_special_tokens") or []
    roles = [fields.get(f"{role}_token") for role in ROLES]
    for token in (*roles, *more, *listed.values()):
        if isinstance(token, dict):
            check_types({"content": None, **token}, ADDED_TOKEN, path)
        elif not isinstance(token, str | NOTHING):
            raise UserError(f"{path}: {shortened(repr(token), 40)} is no token: write its text")
    return fields
