"""A tokenizer's files in HuggingFace's layout.

`vocab.txt` has a piece a line, `tokenizer_config.json` the options, and `tokenizer.json`
both, in the format of the `tokenizers` library. The last is read first.
"""

import json
from pathlib import Path
from typing import Any

from zen_transformer.errors import UserError
from zen_transformer.files import make_folder, write_text
from zen_transformer.text.vocabulary import PREFIX, SPECIAL_TOKENS

VOCABULARY, OPTIONS, WHOLE = "vocab.txt", "tokenizer_config.json", "tokenizer.json"


def read_tokenizer(folder: Path) -> dict[str, Any]:
    """`vocabulary`, `lowercase`, `strip_accents` and `tokenize_chinese_chars` of a folder.

    Raises:
        UserError: no such folder, no vocabulary, or one of another kind than WordPiece.
    """
    if (folder / WHOLE).is_file():
        return _from_whole(folder / WHOLE)
    if not (folder / VOCABULARY).is_file():
        raise UserError(f"{folder} has no tokenizer: neither {WHOLE} nor {VOCABULARY}")
    try:
        pieces = (folder / VOCABULARY).read_text("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise UserError(f"{folder / VOCABULARY} is not UTF-8: byte {error.start}") from error
    options = _read_json(folder / OPTIONS) if (folder / OPTIONS).is_file() else {}
    return {
        "vocabulary": pieces[:-1] if pieces[-1] == "" else pieces,
        "lowercase": options.get("do_lower_case", True),
        "strip_accents": options.get("strip_accents"),
        "tokenize_chinese_chars": options.get("tokenize_chinese_chars", True),
    }


def _from_whole(path: Path) -> dict[str, Any]:
    whole = _read_json(path)
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
    missing = {"vocab"} - set(model) | {"lowercase", "strip_accents", "handle_chinese_chars"} - set(
        normalizer
    )
    if missing:
        raise UserError(
            f"{path} lacks {', '.join(sorted(missing))}: write it once more, or copy it"
        )
    ids: dict[str, int] = model["vocab"]
    if sorted(ids.values()) != list(range(len(ids))):
        raise UserError(f"{path}: the ids of the vocabulary are not 0, 1, 2, …")
    return {
        "vocabulary": sorted(ids, key=ids.__getitem__),
        "lowercase": normalizer["lowercase"],
        "strip_accents": normalizer["strip_accents"],
        "tokenize_chinese_chars": normalizer["handle_chinese_chars"],
    }


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise UserError(f"{path} is not readable JSON: {error}") from error
    if not isinstance(content, dict):
        raise UserError(f"{path} holds no fields: it begins with {str(content)[:20]!r}")
    return content


def write_tokenizer(
    folder: Path,
    vocabulary: list[str],
    *,
    lowercase: bool,
    strip_accents: bool | None,
    tokenize_chinese_chars: bool,
    max_word_length: int,
) -> None:
    """Write the three files."""
    make_folder(folder)
    write_text(folder / VOCABULARY, "\n".join(vocabulary) + "\n")
    roles = ("pad_token", "unk_token", "cls_token", "sep_token", "mask_token")
    options = {
        "tokenizer_class": "BertTokenizer",
        "do_lower_case": lowercase,
        "strip_accents": strip_accents,
        "tokenize_chinese_chars": tokenize_chinese_chars,
        **dict(zip(roles, SPECIAL_TOKENS, strict=True)),
    }
    write_text(folder / OPTIONS, json.dumps(options, indent=2) + "\n")
    ids = {piece: i for i, piece in enumerate(vocabulary)}
    whole = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [_added_token(token, ids[token]) for token in SPECIAL_TOKENS],
        "normalizer": {
            "type": "BertNormalizer",
            "clean_text": True,
            "handle_chinese_chars": tokenize_chinese_chars,
            "strip_accents": strip_accents,
            "lowercase": lowercase,
        },
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": _template(ids),
        "decoder": {"type": "WordPiece", "prefix": PREFIX, "cleanup": True},
        "model": {
            "type": "WordPiece",
            "unk_token": "[UNK]",
            "continuing_subword_prefix": PREFIX,
            "max_input_chars_per_word": max_word_length,
            "vocab": ids,
        },
    }
    text = json.dumps(whole, indent=2, ensure_ascii=False)
    write_text(folder / WHOLE, text + "\n")


def _added_token(token: str, token_id: int) -> dict[str, Any]:
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    return {"id": token_id, "content": token, **flags, "special": True}


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
