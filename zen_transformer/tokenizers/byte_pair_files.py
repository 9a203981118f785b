"""The files of a byte-level BPE tokenizer in HuggingFace's layout.

`vocab.json` has the ids of all pieces and `merges.txt` a merge a line, both as in GPT-2;
`tokenizer_config.json` has the options, and `tokenizer.json` all of it, in the format of the
`tokenizers` library. The last is read first.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from zen_transformer.errors import UserError
from zen_transformer.files import read_json, write_text
from zen_transformer.tokenizers.base import Tokenizer
from zen_transformer.tokenizers.byte_pair_training import END_OF_TEXT, Merge
from zen_transformer.tokenizers.field_types import read_tokenizer_file
from zen_transformer.tokenizers.files import (
    CONFIG_FILE,
    TOKENIZER_FILE,
    PlainTextFields,
    added_tokens_decoder,
    check_adds_nothing,
    check_supported,
    checked_ids,
    component,
    model_max_length,
    pieces_in_order,
    read_config,
    read_roles,
    read_special_tokens,
    read_text,
    token_name,
    write_config,
    write_tokenizer,
)

VOCABULARY_FILE, MERGES_FILE = "vocab.json", "merges.txt"
ADDED_TOKENS_FILE = "added_tokens.json"
VERSION = "#version: 0.2"
"""The first line of `merges.txt`."""

OPTIONS = {"add_prefix_space": False, "truncation_side": "right", "split_special_tokens": False}
"""Of `tokenizer_config.json`, which HuggingFace heeds beside a `tokenizer.json`, too."""
PRE_TOKENIZER = {"type": "ByteLevel", "add_prefix_space": False, "use_regex": True}
WITH_SPACE = {"trim_offsets": False}
"""The offsets of a word include the space before it."""
MODEL = {"dropout": None, "continuing_subword_prefix": "", "end_of_word_suffix": ""}


class BytePairFields(PlainTextFields):
    """The arguments of `ByteLevelBPETokenizer`."""

    merges: list[Merge]


def read_byte_pair(folder: Path) -> BytePairFields:
    """Read a tokenizer.

    Raises:
        UserError: no such folder, no tokenizer in it, a damaged one, or one of another kind.
    """
    config = read_config(folder)
    check_supported(config, OPTIONS, folder / CONFIG_FILE)
    if (folder / TOKENIZER_FILE).is_file():
        vocabulary, merges, special_tokens = _from_tokenizer_file(folder / TOKENIZER_FILE)
    elif (folder / VOCABULARY_FILE).is_file() and (folder / MERGES_FILE).is_file():
        vocabulary, merges, special_tokens = _from_two_files(folder, config)
    else:
        raise UserError(
            f"{folder} has no byte-level BPE tokenizer: neither {TOKENIZER_FILE} nor "
            f"{VOCABULARY_FILE} with {MERGES_FILE}"
        )
    roles = read_roles(config, special_tokens, END_OF_TEXT)
    if roles["bos_token"] == roles["eos_token"]:
        roles["bos_token"] = None
    return {
        "vocabulary": vocabulary,
        "merges": merges,
        "special_tokens": special_tokens,
        **roles,
        "model_max_length": model_max_length(config),
    }


Contents = tuple[list[str], list[Merge], tuple[str, ...]]
"""The vocabulary, the merges and the special tokens."""


def _from_two_files(folder: Path, config: dict[str, Any]) -> Contents:
    path = folder / VOCABULARY_FILE
    ids = checked_ids(read_json(path), path)
    if (added := folder / ADDED_TOKENS_FILE).is_file():
        ids |= checked_ids(read_json(added), added)
    listed = config.get("added_tokens_decoder") or {}
    ids |= {token_name(token): int(token_id) for token_id, token in listed.items()}
    named = {token_name(config[name]) for name in config if name.endswith("_token")}
    special_tokens = {END_OF_TEXT, *named, *map(token_name, listed.values())} & set(ids)
    return pieces_in_order(ids, path), _read_merges(folder / MERGES_FILE), tuple(special_tokens)


def _read_merges(path: Path) -> list[Merge]:
    return [
        _pair(line, f"{path}, line {number}")
        for number, line in enumerate(read_text(path).split("\n"), start=1)
        if line and not line.startswith("#version")
    ]


def _pair(merge: Any, place: str) -> Merge:
    """Return the two pieces of a merge, which is written "a b", or in newer files ["a", "b"]."""
    pair = merge.split(" ") if isinstance(merge, str) else merge
    two = isinstance(pair, list) and len(pair) == 2
    if not two or not all(isinstance(piece, str) and piece for piece in pair):
        raise UserError(f"{place} is {str(merge)[:40]!r}: a merge has two pieces, as in 't h'")
    return pair[0], pair[1]


def _from_tokenizer_file(path: Path) -> Contents:
    tokenizer = read_tokenizer_file(path)
    model, pre_tokenizer = component(tokenizer, "model"), component(tokenizer, "pre_tokenizer")
    kinds = model.get("type"), pre_tokenizer.get("type")
    if kinds != ("BPE", "ByteLevel"):
        raise UserError(
            f"{path} holds a tokenizer of kind {kinds[0]} with a pre_tokenizer of kind {kinds[1]}, "
            "not a byte-level BPE: load_tokenizer opens each of the kinds that there are"
        )
    check_supported(tokenizer, {"normalizer": None}, path)
    check_adds_nothing(tokenizer, path)
    check_supported(pre_tokenizer, PRE_TOKENIZER, path)
    # What is not set is null in some files and an empty string in others.
    check_supported({name: model.get(name) or value for name, value in MODEL.items()}, MODEL, path)
    check_supported(model, {"ignore_merges": False}, path)
    if not isinstance(model.get("merges"), list):
        raise UserError(f"{path} lacks merges: write it once more, or copy it")
    special_tokens = read_special_tokens(tokenizer, path)
    ids = checked_ids(model.get("vocab"), path) | special_tokens
    merges = [_pair(pair, f"{path}, merge {n}") for n, pair in enumerate(model["merges"], start=1)]
    return pieces_in_order(ids, path), merges, tuple(special_tokens)


def write_byte_pair(folder: Path, tokenizer: Tokenizer, merges: Sequence[Merge]) -> None:
    """Write the four files."""
    lines = [VERSION, *map(" ".join, merges)]
    write_text(folder / VOCABULARY_FILE, json.dumps(tokenizer.ids, ensure_ascii=False) + "\n")
    write_text(folder / MERGES_FILE, "\n".join(lines) + "\n")
    config = {
        "tokenizer_class": "GPT2Tokenizer",
        "add_prefix_space": False,
        # GPT2Tokenizer would add <|endoftext|> for each role that is not given.
        "unk_token": tokenizer.eos_token,
        "bos_token": tokenizer.bos_token or tokenizer.eos_token,
        "eos_token": tokenizer.eos_token,
        "pad_token": tokenizer.pad_token,
        "added_tokens_decoder": added_tokens_decoder(tokenizer),
    }
    write_config(folder, tokenizer, config)
    components = {
        "normalizer": None,
        "pre_tokenizer": PRE_TOKENIZER | WITH_SPACE,
        "post_processor": None,
        "decoder": PRE_TOKENIZER | WITH_SPACE,
        "model": {"type": "BPE", **MODEL, "unk_token": None, "fuse_unk": False}
        | {"byte_fallback": False, "ignore_merges": False}
        | {"vocab": tokenizer.ids, "merges": [list(pair) for pair in merges]},
    }
    write_tokenizer(folder, tokenizer, components)
