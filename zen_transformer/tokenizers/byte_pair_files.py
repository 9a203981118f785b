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
from zen_transformer.tokenizers.added_tokens import AddedToken
from zen_transformer.tokenizers.base import Tokenizer
from zen_transformer.tokenizers.byte_pair_training import END_OF_TEXT, Merge
from zen_transformer.tokenizers.field_types import read_tokenizer_file
from zen_transformer.tokenizers.files import (
    CONFIG_FILE,
    TOKENIZER_FILE,
    PlainTextFields,
    added_tokens_decoder,
    check_added_ids,
    check_adds_nothing,
    check_supported,
    checked_ids,
    component,
    is_plain_special,
    model_max_length,
    pieces_in_order,
    read_added_token,
    read_config,
    read_roles,
    read_text,
    token_name,
    write_config,
    write_tokenizer,
)

VOCABULARY_FILE, MERGES_FILE = "vocab.json", "merges.txt"
ADDED_TOKENS_FILE = "added_tokens.json"
VERSION = "#version: 0.2"
"""The first line of `merges.txt`."""

OPTIONS = {
    "add_prefix_space": False,
    "truncation_side": "right",
    "split_special_tokens": False,
    # Without this, clean_up_tokenization_spaces has no effect on a BPE.
    "clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output": False,
}
"""Of `tokenizer_config.json`, which HuggingFace heeds beside a `tokenizer.json`, too."""
PRE_TOKENIZER = {"type": "ByteLevel", "add_prefix_space": False, "use_regex": True}
WITH_SPACE = {"trim_offsets": False}
"""The offsets of a word include the space before it."""
MODEL = {"dropout": None, "continuing_subword_prefix": "", "end_of_word_suffix": ""}


class BytePairFields(PlainTextFields):
    """The arguments of `ByteLevelBPETokenizer`."""

    merges: list[Merge]
    added_tokens: tuple[AddedToken, ...]


def read_byte_pair(folder: Path) -> BytePairFields:
    """Read a tokenizer.

    Raises:
        UserError: no such folder, no tokenizer in it, a damaged one, or one of another kind.
    """
    config = read_config(folder)
    check_supported(config, OPTIONS, folder / CONFIG_FILE)
    if (folder / TOKENIZER_FILE).is_file():
        vocabulary, merges, special_tokens, added = _from_tokenizer_file(folder / TOKENIZER_FILE)
    elif (folder / VOCABULARY_FILE).is_file() and (folder / MERGES_FILE).is_file():
        vocabulary, merges, special_tokens, added = _from_two_files(folder, config)
    else:
        raise UserError(
            f"{folder} has no byte-level BPE tokenizer: neither {TOKENIZER_FILE} nor "
            f"{VOCABULARY_FILE} with {MERGES_FILE}"
        )
    special = {*special_tokens, *(token.content for token in added if token.special)}
    roles = read_roles(config, special, END_OF_TEXT)
    if roles["bos_token"] == roles["eos_token"]:
        roles["bos_token"] = None
    return {
        "vocabulary": vocabulary,
        "merges": merges,
        "special_tokens": special_tokens,
        **roles,
        "model_max_length": model_max_length(config),
        "added_tokens": added,
    }


Contents = tuple[list[str], list[Merge], tuple[str, ...], tuple[AddedToken, ...]]
"""The vocabulary, the merges, the special tokens and the added ones."""


def _from_two_files(folder: Path, config: dict[str, Any]) -> Contents:
    path = folder / VOCABULARY_FILE
    ids = checked_ids(read_json(path), path)
    older = folder / ADDED_TOKENS_FILE
    numbered = checked_ids(read_json(older), older) if older.is_file() else {}
    named = {token_name(config[name]) for name in config if name.endswith("_token")}
    listed = {number: {"content": t, "special": t in named} for t, number in numbered.items()}
    for number, token in (config.get("added_tokens_decoder") or {}).items():
        listed[int(number)] = token if isinstance(token, dict) else {"content": token}
    special, added = _special_and_added(listed, ids)
    ids |= special
    special_tokens = {END_OF_TEXT, *named, *special} & set(ids)
    vocabulary, merges = pieces_in_order(ids, path), _read_merges(folder / MERGES_FILE)
    return vocabulary, merges, tuple(special_tokens), check_added_ids(added, ids, len(ids), path)


def _special_and_added(
    listed: dict[int, dict[str, Any]], ids: dict[str, int]
) -> tuple[dict[str, int], dict[int, AddedToken]]:
    """Divide the tokens that a file lists into special tokens, with their ids, which are part of
    the vocabulary, and others; where some of these need ids, all that do are among them.

    Args:
        listed: by their ids.
        ids: of the other pieces.
    """
    new = [token for token in listed.values() if token["content"] not in ids]
    all_special = all(map(is_plain_special, new))
    special = {
        token["content"]: number
        for number, token in listed.items()
        if is_plain_special(token) and (all_special or token["content"] in ids)
    }
    others = {n: t for n, t in listed.items() if t["content"] not in special}
    return special, {number: read_added_token(token) for number, token in others.items()}


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
    ids = checked_ids(model.get("vocab"), path)
    listed = {token["id"]: token for token in tokenizer.get("added_tokens") or []}
    special_tokens, added = _special_and_added(listed, ids)
    ids |= special_tokens
    merges = [_pair(pair, f"{path}, merge {n}") for n, pair in enumerate(model["merges"], start=1)]
    vocabulary, last = pieces_in_order(ids, path), check_added_ids(added, ids, len(ids), path)
    return vocabulary, merges, tuple(special_tokens), last


def write_byte_pair(folder: Path, tokenizer: Tokenizer, merges: Sequence[Merge]) -> None:
    """Write the four files."""
    lines = [VERSION, *map(" ".join, merges)]
    write_text(folder / VOCABULARY_FILE, json.dumps(tokenizer.model_ids, ensure_ascii=False) + "\n")
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
        | {"vocab": tokenizer.model_ids, "merges": [list(pair) for pair in merges]},
    }
    write_tokenizer(folder, tokenizer, components)
