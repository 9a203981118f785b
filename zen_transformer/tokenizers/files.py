"""The files that all tokenizers have in HuggingFace's layout.

`tokenizer.json` holds a whole tokenizer in the format of the `tokenizers` library, its special
tokens as `added_tokens`. `tokenizer_config.json` holds options, and says which special token has
which role, as in `"eos_token": "<|endoftext|>"`.
"""

import dataclasses
import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, TypedDict

from zen_transformer.errors import UserError
from zen_transformer.files import write_text
from zen_transformer.tokenizers.added_tokens import AddedToken
from zen_transformer.tokenizers.base import Tokenizer
from zen_transformer.tokenizers.field_types import read_config_file

TOKENIZER_FILE, CONFIG_FILE = "tokenizer.json", "tokenizer_config.json"
CLEAN_UP = "clean_up_tokenization_spaces"
"""The field of `tokenizer_config.json`, which is false by default since `transformers` 5."""
UNLIMITED = 10**20
"""A `model_max_length` beyond this is HuggingFace's way to say that there is none."""
TOKEN_FLAGS = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
"""How a special token is matched in a text."""


class Roles(TypedDict):
    """The special tokens that have a role."""

    eos_token: str | None
    bos_token: str | None
    pad_token: str | None


class PlainTextFields(Roles):
    """The arguments that every `PlainTextTokenizer` has."""

    vocabulary: list[str]
    special_tokens: tuple[str, ...]
    model_max_length: int | None


# Reading


def read_config(folder: Path) -> dict[str, Any]:
    """Read `tokenizer_config.json`; nothing if there is no such file."""
    path = folder / CONFIG_FILE
    return read_config_file(path) if path.is_file() else {}


def model_max_length(config: Mapping[str, Any]) -> int | None:
    """Return the `model_max_length` of a `tokenizer_config.json`, if it has one."""
    length = config.get("model_max_length")
    return length if isinstance(length, int) and length < UNLIMITED else None


def read_text(path: Path) -> str:
    """Read a file.

    Raises:
        UserError: it is not UTF-8.
    """
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8: byte {error.start}") from error


def component(tokenizer: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a component of a `tokenizer.json`, such as its model; nothing if it has none."""
    fields = tokenizer.get(name)
    return fields if isinstance(fields, dict) else {}


def check_supported(fields: Mapping[str, Any], supported: Mapping[str, Any], path: Path) -> None:
    """Raise a `UserError` if a field has another value than the supported one, by which the ids of
    a text would differ. Fields that are missing pass."""
    for name, value in supported.items():
        if fields.get(name, value) != value:
            raise UserError(f"{path}: {name} is {fields[name]!r}: only {value!r} is implemented")


def check_adds_nothing(tokenizer: Mapping[str, Any], path: Path) -> None:
    """Raise a `UserError` if a `tokenizer.json` adds tokens to a text, such as BERT's [CLS]."""
    post_processor = tokenizer.get("post_processor") or {"type": "ByteLevel"}
    kind, added = post_processor.get("type"), post_processor.get("special_tokens")
    if kind != "ByteLevel" and not (kind == "TemplateProcessing" and added == {}):
        tokens = f": {', '.join(added)}" if added else ""
        raise UserError(
            f"{path}: the post_processor of kind {kind} adds tokens to a text{tokens}; this is not "
            "implemented: take it out, and put them where you want them by their ids"
        )


def checked_ids(ids: Any, path: Path) -> dict[str, int]:
    """Return the ids of the pieces, as a file has them.

    Raises:
        UserError: the file has something else in their place.
    """
    if not isinstance(ids, dict) or not all(type(value) is int for value in ids.values()):
        raise UserError(f"{path} has no vocabulary: it has to give each piece a whole number")
    return dict(ids)


def pieces_in_order(ids: dict[str, int], path: Path) -> list[str]:
    """Return the pieces in the order of their ids.

    Raises:
        UserError: an id is missing or occurs twice.
    """
    if sorted(ids.values()) != list(range(len(ids))):
        raise UserError(f"{path}: the ids of the vocabulary are not 0, 1, 2, …")
    return sorted(ids, key=ids.__getitem__)


def token_name(token: Any) -> Any:
    """Return the name of a token, which is written as its name or as an object with its flags."""
    return token.get("content") if isinstance(token, dict) else token


def read_added_token(token: Mapping[str, Any]) -> AddedToken:
    """Return a token that a file lists with its flags."""
    names = {field.name for field in dataclasses.fields(AddedToken)}
    return AddedToken(**{name: value for name, value in token.items() if name in names})


def is_plain_special(token: Mapping[str, Any]) -> bool:
    """Whether a listed token is special, and found in every text that holds it. Text is not
    normalized where this is asked, so that flag changes nothing."""
    flags = ("single_word", "lstrip", "rstrip")
    return token.get("special", True) and not any(token.get(flag) for flag in flags)


def check_added_ids(
    added: Mapping[int, AddedToken], model_ids: Mapping[str, int], size: int, path: Path
) -> tuple[AddedToken, ...]:
    """Return added tokens in the order of their ids.

    Args:
        added: by their ids.
        model_ids: the ids of the other pieces.
        size: number of ids of these.
        path: of the file, for the message.

    Raises:
        UserError: an id is neither the one that the token has among the pieces, nor the next one.
    """
    for number, token in sorted(added.items()):
        right = model_ids.get(token.content, size)
        if number != right:
            raise UserError(
                f"{path}: the added token {token.content!r} has the id {number}: only {right} is "
                "implemented, so that added tokens follow the vocabulary in turn"
            )
        size += token.content not in model_ids
    return tuple(token for _, token in sorted(added.items()))


def read_special_tokens(tokenizer: Mapping[str, Any], path: Path) -> dict[str, int]:
    """Return the special tokens of a `tokenizer.json` and their ids.

    Raises:
        UserError: an added token is not special, or is matched in a way that is not supported.
    """
    # Text is not normalized in these tokenizers, so that flag changes nothing.
    supported = {**TOKEN_FLAGS, "special": True}
    del supported["normalized"]
    ids = {}
    for token in tokenizer.get("added_tokens") or []:
        check_supported(token, supported, path)
        ids[token["content"]] = token["id"]
    return ids


def read_roles(
    config: Mapping[str, Any], special_tokens: Collection[str], eos_token: str | None = None
) -> Roles:
    """Return the special token of each role in a `tokenizer_config.json`.

    Args:
        config: its fields.
        special_tokens: of the tokenizer.
        eos_token: what ends a text where the file does not say it, if it is a special token.
    """
    usual = eos_token if eos_token in special_tokens else None
    return {
        "eos_token": token_name(config.get("eos_token", usual)),
        "bos_token": token_name(config.get("bos_token")),
        "pad_token": token_name(config.get("pad_token")),
    }


# Writing


def write_json(path: Path, fields: Mapping[str, Any]) -> None:
    """Write an indented JSON file."""
    write_text(path, json.dumps(fields, indent=2, ensure_ascii=False) + "\n")


def write_config(folder: Path, tokenizer: Tokenizer, fields: Mapping[str, Any]) -> None:
    """Write `tokenizer_config.json`: the given fields, and of the tokenizer `model_max_length` and
    `clean_up_tokenization_spaces`, if it has them."""
    limit = tokenizer.model_max_length
    length = {} if limit is None else {"model_max_length": limit}
    spaces = {CLEAN_UP: True} if tokenizer.clean_up_tokenization_spaces else {}
    write_json(folder / CONFIG_FILE, {**fields, **length, **spaces})


def write_tokenizer(folder: Path, tokenizer: Tokenizer, components: Mapping[str, Any]) -> None:
    """Write `tokenizer.json`.

    Args:
        folder: to write to.
        tokenizer: has the special tokens.
        components: `normalizer`, `pre_tokenizer`, `post_processor`, `decoder` and `model`.
    """
    head = {"version": "1.0", "truncation": None, "padding": None}
    write_json(
        folder / TOKENIZER_FILE, {**head, "added_tokens": added_tokens(tokenizer), **components}
    )


def added_tokens(tokenizer: Tokenizer) -> list[dict[str, Any]]:
    """Return the special and the added tokens as `tokenizer.json` lists them."""
    return [token.with_id(tokenizer.ids[token.content]) for token in tokenizer.tokens_with_flags()]


def added_tokens_decoder(tokenizer: Tokenizer) -> dict[str, Any]:
    """Return the special tokens as `tokenizer_config.json` lists them, for readers that have no
    `tokenizer.json`."""
    return {str(token.pop("id")): token for token in added_tokens(tokenizer)}
