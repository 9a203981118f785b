"""The files of a character tokenizer in HuggingFace's layout: `tokenizer.json`, in the format of
the `tokenizers` library, and `tokenizer_config.json` with the options."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from zen_transformer.errors import UserError
from zen_transformer.files import make_folder, read_json, write_text
from zen_transformer.tokenizers.special_token_files import (
    check_adds_nothing,
    read_roles,
    read_special_tokens,
    written_options,
    written_special_tokens,
)
from zen_transformer.tokenizers.wordpiece_files import (
    OPTIONS,
    WHOLE,
    check_usual,
    checked_ids,
    in_order,
    length_in,
)

UNKNOWN = "[UNK]"
EVERY_CHARACTER = {
    "type": "Split",
    "pattern": {"Regex": r"[\s\S]"},
    "behavior": "Isolated",
    "invert": False,
}
AS_IT_IS = {"normalizer": None, "pre_tokenizer": EVERY_CHARACTER}


def read_characters(folder: Path) -> dict[str, Any]:
    """The arguments of a `CharacterTokenizer`, of a folder.

    Raises:
        UserError: no such folder, no tokenizer in it, a damaged one, or one of another kind.
    """
    path = folder / WHOLE
    if not path.is_file():
        raise UserError(f"{folder} has no character tokenizer: {WHOLE} is not there")
    whole = read_json(path)
    model = whole.get("model")
    if not isinstance(model, dict) or model.get("type") != "WordLevel":
        kind = model.get("type") if isinstance(model, dict) else None
        raise UserError(
            f"{path} holds a tokenizer of kind {kind}, not of characters: load_tokenizer opens "
            "each of the kinds that there are"
        )
    check_usual(AS_IT_IS | whole, AS_IT_IS, path)
    check_adds_nothing(whole, path)
    check_usual(model, {"unk_token": UNKNOWN}, path)
    special = read_special_tokens(whole, path)
    options = read_json(folder / OPTIONS) if (folder / OPTIONS).is_file() else {}
    return {
        "vocabulary": in_order(checked_ids(model.get("vocab"), path) | special, path),
        "special_tokens": tuple(special),
        **read_roles(options, special, {}),
        "model_max_length": length_in(options),
    }


def write_characters(
    folder: Path,
    vocabulary: Sequence[str],
    special_tokens: Iterable[str],
    *,
    eos_token: str | None,
    bos_token: str | None,
    pad_token: str | None,
    model_max_length: int | None,
) -> None:
    """Write the two files."""
    make_folder(folder)
    ids = {piece: i for i, piece in enumerate(vocabulary)}
    special = written_special_tokens(special_tokens, ids)
    roles = {
        "unk_token": UNKNOWN,
        "bos_token": bos_token,
        "eos_token": eos_token,
        "pad_token": pad_token,
    }
    options = {"tokenizer_class": "PreTrainedTokenizerFast"}
    write_text(folder / OPTIONS, written_options(options, roles, special, model_max_length))
    whole = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": special,
        **AS_IT_IS,
        "post_processor": None,
        "decoder": {"type": "Fuse"},
        "model": {"type": "WordLevel", "vocab": ids, "unk_token": UNKNOWN},
    }
    write_text(folder / WHOLE, json.dumps(whole, indent=2, ensure_ascii=False) + "\n")
