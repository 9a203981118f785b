"""Special tokens in HuggingFace's files: which there are, and which of them does what.

`tokenizer.json` lists them as `added_tokens`; `tokenizer_config.json` gives them their roles, as
in `"eos_token": "<|endoftext|>"`.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from zen_transformer.errors import UserError
from zen_transformer.tokenizers.wordpiece_files import FLAGS, added_token, check_usual

ROLES = ("eos_token", "bos_token", "pad_token")


def token_name(token: Any) -> Any:
    """A token is written as its name, or as an object with its name and flags."""
    return token.get("content") if isinstance(token, dict) else token


def read_special_tokens(whole: dict[str, Any], path: Path) -> dict[str, int]:
    """The special tokens in `tokenizer.json` and their ids.

    Raises:
        UserError: added tokens that are not special, or are found in another way.
    """
    # No text is normalized here, so that flag changes nothing.
    usual = {**FLAGS, "special": True}
    del usual["normalized"]
    ids = {}
    for token in whole.get("added_tokens") or []:
        if not {"content", "id"} <= set(token):
            raise UserError(f"{path}: an added token lacks its content or id: {str(token)[:60]}")
        check_usual(token, usual, path)
        ids[token["content"]] = token["id"]
    return ids


def check_adds_nothing(whole: dict[str, Any], path: Path) -> None:
    """Raise a `UserError` if a `tokenizer.json` adds tokens to a text, as BERT's [CLS]."""
    post_processor = whole.get("post_processor") or {"type": "ByteLevel"}
    kind, added = post_processor.get("type"), post_processor.get("special_tokens")
    if kind != "ByteLevel" and not (kind == "TemplateProcessing" and added == {}):
        tokens = f": {', '.join(added)}" if added else ""
        raise UserError(
            f"{path}: the post_processor of kind {kind} adds tokens to a text{tokens}; this is not "
            "implemented: take it out, and put them where you want them by their ids"
        )


def read_roles(
    options: dict[str, Any], special_tokens: Collection[str], usual: Mapping[str, str]
) -> dict[str, str | None]:
    """The special token of each role in `tokenizer_config.json`; where it is not said, the usual
    one, if there is such a token."""
    roles = {}
    for role in ROLES:
        given = usual.get(role) if usual.get(role) in special_tokens else None
        roles[role] = token_name(options[role]) if role in options else given
    return roles


def written_special_tokens(tokens: Iterable[str], ids: Mapping[str, int]) -> list[dict[str, Any]]:
    """The `added_tokens` of `tokenizer.json`."""
    return [added_token(token, ids[token]) for token in tokens]


def written_options(
    options: dict[str, Any],
    roles: Mapping[str, str | None],
    special_tokens: Iterable[dict[str, Any]],
    model_max_length: int | None,
) -> str:
    """The text of `tokenizer_config.json`. The special tokens are listed in it too, for who has
    no `tokenizer.json`."""
    listed = {
        str(token["id"]): {name: value for name, value in token.items() if name != "id"}
        for token in special_tokens
    }
    options = {**options, **roles, "added_tokens_decoder": listed}
    if model_max_length is not None:
        options["model_max_length"] = model_max_length
    return json.dumps(options, indent=2, ensure_ascii=False) + "\n"
