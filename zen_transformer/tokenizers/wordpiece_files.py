"""A WordPiece tokenizer's files in HuggingFace's layout, and what all kinds of tokenizers have.

`vocab.txt` has a piece a line, `tokenizer_config.json` the options, and `tokenizer.json`
both, in the format of the `tokenizers` library. The last is read first.
"""

import json
from pathlib import Path
from typing import Any

from zen_transformer.errors import UserError
from zen_transformer.files import make_folder, read_json, write_text
from zen_transformer.tokenizers.wordpiece_training import MAX_WORD_LENGTH, PREFIX, SPECIAL_TOKENS

VOCABULARY, OPTIONS, WHOLE = "vocab.txt", "tokenizer_config.json", "tokenizer.json"
UNLIMITED = 10**20
"""A `model_max_length` beyond this is HuggingFace's way to say that there is none."""

PRE_TOKENIZER = {"type": "BertPreTokenizer"}
NORMALIZER = {"clean_text": True}
MODEL = {
    "unk_token": "[UNK]",
    "continuing_subword_prefix": PREFIX,
    "max_input_chars_per_word": MAX_WORD_LENGTH,
}
FLAGS = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
"""Of special tokens."""


def read_tokenizer(folder: Path) -> dict[str, Any]:
    """`vocabulary`, `lowercase`, `strip_accents`, `tokenize_chinese_chars` and `model_max_length`
    of a folder.

    Raises:
        UserError: no such folder, no vocabulary, or one of another kind than WordPiece.
    """
    options = read_json(folder / OPTIONS) if (folder / OPTIONS).is_file() else {}
    if (folder / WHOLE).is_file():
        tokenizer = _from_whole(folder / WHOLE)
    elif (folder / VOCABULARY).is_file():
        tokenizer = _from_vocabulary(folder / VOCABULARY, options)
    else:
        raise UserError(f"{folder} has no tokenizer: neither {WHOLE} nor {VOCABULARY}")
    return tokenizer | {"model_max_length": length_in(options)}


def length_in(options: dict[str, Any]) -> int | None:
    """The `model_max_length` of a `tokenizer_config.json`, if it has one."""
    longest = options.get("model_max_length")
    return longest if isinstance(longest, int) and longest < UNLIMITED else None


def _from_vocabulary(path: Path, options: dict[str, Any]) -> dict[str, Any]:
    try:
        pieces = path.read_text("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8: byte {error.start}") from error
    return {
        "vocabulary": pieces[:-1] if pieces[-1] == "" else pieces,
        "lowercase": options.get("do_lower_case", True),
        "strip_accents": options.get("strip_accents"),
        "tokenize_chinese_chars": options.get("tokenize_chinese_chars", True),
    }


def _from_whole(path: Path) -> dict[str, Any]:
    whole = read_json(path)
    model, normalizer = (
        part if isinstance(part, dict) else {}
        for part in (whole.get("model"), whole.get("normalizer"))
    )
    kinds = [model.get("type"), normalizer.get("type")]
    if kinds != ["WordPiece", "BertNormalizer"]:
        raise UserError(
            f"{path} holds a tokenizer of kind {kinds[0]} with a normalizer of kind {kinds[1]}: "
            "only BERT's WordPiece is implemented"
        )
    check_usual(whole, {"pre_tokenizer": PRE_TOKENIZER}, path)
    check_usual(normalizer, NORMALIZER, path)
    check_usual(model, MODEL, path)
    _check_added_tokens(whole.get("added_tokens") or [], path)
    missing = {"vocab"} - set(model) | {"lowercase", "strip_accents", "handle_chinese_chars"} - set(
        normalizer
    )
    if missing:
        raise UserError(
            f"{path} lacks {', '.join(sorted(missing))}: write it once more, or copy it"
        )
    return {
        "vocabulary": in_order(model["vocab"], path),
        "lowercase": normalizer["lowercase"],
        "strip_accents": normalizer["strip_accents"],
        "tokenize_chinese_chars": normalizer["handle_chinese_chars"],
    }


def checked_ids(ids: Any, path: Path) -> dict[str, int]:
    """What a JSON file has as the ids of pieces.

    Raises:
        UserError: this is something else.
    """
    if not isinstance(ids, dict) or not all(type(value) is int for value in ids.values()):
        raise UserError(f"{path} has no vocabulary: it has to give each piece a whole number")
    return dict(ids)


def in_order(ids: dict[str, int], path: Path) -> list[str]:
    """The pieces in the order of their ids.

    Raises:
        UserError: an id is missing, or is there twice.
    """
    if sorted(ids.values()) != list(range(len(ids))):
        raise UserError(f"{path}: the ids of the vocabulary are not 0, 1, 2, …")
    return sorted(ids, key=ids.__getitem__)


def check_usual(part: dict[str, Any], usual: dict[str, Any], path: Path) -> None:
    """What is not as usual would be cut in another way here. What is missing is as usual."""
    for name, value in usual.items():
        if part.get(name, value) != value:
            raise UserError(f"{path}: {name} is {part[name]!r}: only {value!r} is implemented")


def _check_added_tokens(tokens: list[dict[str, Any]], path: Path) -> None:
    for token in tokens:
        if token["content"] not in SPECIAL_TOKENS:
            raise UserError(
                f"{path} adds the token {token['content']!r} to the vocabulary: only "
                f"{', '.join(SPECIAL_TOKENS)} are implemented"
            )
        check_usual(token, FLAGS, path)


def write_tokenizer(
    folder: Path,
    vocabulary: list[str],
    *,
    lowercase: bool,
    strip_accents: bool | None,
    tokenize_chinese_chars: bool,
    model_max_length: int | None = None,
) -> None:
    """Write the three files."""
    make_folder(folder)
    write_text(folder / VOCABULARY, "\n".join(vocabulary) + "\n")
    roles = ("pad_token", "unk_token", "cls_token", "sep_token", "mask_token")
    options: dict[str, Any] = {
        "tokenizer_class": "BertTokenizer",
        "do_lower_case": lowercase,
        "strip_accents": strip_accents,
        "tokenize_chinese_chars": tokenize_chinese_chars,
        **dict(zip(roles, SPECIAL_TOKENS, strict=True)),
    }
    if model_max_length is not None:
        options["model_max_length"] = model_max_length
    write_text(folder / OPTIONS, json.dumps(options, indent=2) + "\n")
    ids = {piece: i for i, piece in enumerate(vocabulary)}
    whole = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [added_token(token, ids[token]) for token in SPECIAL_TOKENS],
        "normalizer": {
            "type": "BertNormalizer",
            **NORMALIZER,
            "handle_chinese_chars": tokenize_chinese_chars,
            "strip_accents": strip_accents,
            "lowercase": lowercase,
        },
        "pre_tokenizer": PRE_TOKENIZER,
        "post_processor": _template(ids),
        "decoder": {"type": "WordPiece", "prefix": PREFIX, "cleanup": True},
        "model": {
            "type": "WordPiece",
            **MODEL,
            "vocab": ids,
        },
    }
    text = json.dumps(whole, indent=2, ensure_ascii=False)
    write_text(folder / WHOLE, text + "\n")


def added_token(token: str, token_id: int) -> dict[str, Any]:
    """A special token as `tokenizer.json` lists it."""
    return {"id": token_id, "content": token, **FLAGS, "special": True}


def _template(ids: dict[str, int]) -> dict[str, Any]:
    """[CLS] A [SEP], and [CLS] A [SEP] B [SEP], as the `tokenizers` library writes it."""

    def special(token: str, segment: int) -> dict[str, Any]:
        return {"SpecialToken": {"id": token, "type_id": segment}}

    def text(name: str, segment: int) -> dict[str, Any]:
        return {"Sequence": {"id": name, "type_id": segment}}

    single = [special("[CLS]", 0), text("A", 0), special("[SEP]", 0)]
    return {
        "type": "TemplateProcessing",
        "single": single,
        "pair": [*single, text("B", 1), special("[SEP]", 1)],
        "special_tokens": {
            token: {"id": token, "ids": [ids[token]], "tokens": [token]}
            for token in ("[CLS]", "[SEP]")
        },
    }
