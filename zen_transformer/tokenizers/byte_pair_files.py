"""The files of a byte-level BPE tokenizer in HuggingFace's layout.

`vocab.json` has the ids of all pieces and `merges.txt` a merge a line, both as GPT-2 has them;
`tokenizer_config.json` has the options, and `tokenizer.json` all of it, in the format of the
`tokenizers` library. The last is read first.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from zen_transformer.errors import UserError
from zen_transformer.files import make_folder, read_json, write_text
from zen_transformer.tokenizers.byte_pair_training import END_OF_TEXT, Merge
from zen_transformer.tokenizers.special_token_files import (
    check_adds_nothing,
    read_roles,
    read_special_tokens,
    token_name,
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

VOCABULARY, MERGES, ADDED = "vocab.json", "merges.txt", "added_tokens.json"
VERSION = "#version: 0.2"
"""The first line of `merges.txt`."""

PRE_TOKENIZER = {"type": "ByteLevel", "add_prefix_space": False, "use_regex": True}
WITH_SPACE = {"trim_offsets": False}
"""The space before a word belongs to its place."""
MODEL = {"dropout": None, "continuing_subword_prefix": "", "end_of_word_suffix": ""}


def read_byte_pair(folder: Path) -> dict[str, Any]:
    """The arguments of a `ByteLevelBPETokenizer`, of a folder.

    Raises:
        UserError: no such folder, no tokenizer in it, a damaged one, or one of another kind.
    """
    options = read_json(folder / OPTIONS) if (folder / OPTIONS).is_file() else {}
    if (folder / WHOLE).is_file():
        found = _from_whole(folder / WHOLE)
    elif (folder / VOCABULARY).is_file() and (folder / MERGES).is_file():
        check_usual(options, {"add_prefix_space": False}, folder / OPTIONS)
        found = _from_two_files(folder, options)
    else:
        raise UserError(
            f"{folder} has no byte-level BPE tokenizer: neither {WHOLE} nor {VOCABULARY} with "
            f"{MERGES}"
        )
    roles = read_roles(options, found["special_tokens"], {"eos_token": END_OF_TEXT})
    if roles["bos_token"] == roles["eos_token"]:
        roles["bos_token"] = None
    return found | roles | {"model_max_length": length_in(options)}


def _from_two_files(folder: Path, options: dict[str, Any]) -> dict[str, Any]:
    ids = checked_ids(read_json(folder / VOCABULARY), folder / VOCABULARY)
    if (folder / ADDED).is_file():
        ids |= checked_ids(read_json(folder / ADDED), folder / ADDED)
    listed = options.get("added_tokens_decoder") or {}
    ids |= {token_name(token): int(token_id) for token_id, token in listed.items()}
    named = {token_name(options[name]) for name in options if name.endswith("_token")}
    special = {END_OF_TEXT, *named, *map(token_name, listed.values())} & set(ids)
    return {
        "vocabulary": in_order(ids, folder / VOCABULARY),
        "merges": _read_merges(folder / MERGES),
        "special_tokens": tuple(special),
    }


def _read_merges(path: Path) -> list[Merge]:
    try:
        lines = path.read_text("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8: byte {error.start}") from error
    numbered = enumerate(lines, start=1)
    wanted = ((n, line) for n, line in numbered if line and not line.startswith("#version"))
    return [_pair(line, f"{path}, line {number}") for number, line in wanted]


def _pair(merge: Any, place: str) -> Merge:
    """A merge is written "a b", or in newer files ["a", "b"]."""
    pair = merge.split(" ") if isinstance(merge, str) else merge
    two = isinstance(pair, list) and len(pair) == 2
    if not two or not all(isinstance(piece, str) and piece for piece in pair):
        raise UserError(f"{place} is {str(merge)[:40]!r}: a merge has two pieces, as in 't h'")
    return pair[0], pair[1]


def _from_whole(path: Path) -> dict[str, Any]:
    whole = read_json(path)
    model, pre_tokenizer = (
        part if isinstance(part, dict) else {}
        for part in (whole.get("model"), whole.get("pre_tokenizer"))
    )
    kinds = model.get("type"), pre_tokenizer.get("type")
    if kinds != ("BPE", "ByteLevel"):
        raise UserError(
            f"{path} holds a tokenizer of kind {kinds[0]} with a pre_tokenizer of kind {kinds[1]}, "
            "not a byte-level BPE: load_tokenizer opens each of the kinds that there are"
        )
    check_usual(whole, {"normalizer": None}, path)
    check_adds_nothing(whole, path)
    check_usual(pre_tokenizer, PRE_TOKENIZER, path)
    # Nothing is null in some files and an empty string in others.
    check_usual({name: model.get(name) or usual for name, usual in MODEL.items()}, MODEL, path)
    check_usual(model, {"ignore_merges": False}, path)
    if not isinstance(model.get("merges"), list):
        raise UserError(f"{path} lacks merges: write it once more, or copy it")
    added = read_special_tokens(whole, path)
    ids = checked_ids(model.get("vocab"), path) | added
    return {
        "vocabulary": in_order(ids, path),
        "merges": [
            _pair(merge, f"{path}, merge {number}")
            for number, merge in enumerate(model["merges"], start=1)
        ],
        "special_tokens": tuple(added),
    }


def write_byte_pair(
    folder: Path,
    vocabulary: Sequence[str],
    merges: Iterable[Merge],
    special_tokens: Iterable[str],
    *,
    eos_token: str | None,
    bos_token: str | None,
    pad_token: str | None,
    model_max_length: int | None,
) -> None:
    """Write the four files."""
    make_folder(folder)
    ids = {piece: i for i, piece in enumerate(vocabulary)}
    pairs = [list(pair) for pair in merges]
    write_text(folder / VOCABULARY, json.dumps(ids, ensure_ascii=False) + "\n")
    write_text(folder / MERGES, "\n".join([VERSION, *map(" ".join, pairs)]) + "\n")
    special = written_special_tokens(special_tokens, ids)
    roles = {
        # GPT2Tokenizer would add <|endoftext|> for each that is not said.
        "unk_token": eos_token,
        "bos_token": bos_token or eos_token,
        "eos_token": eos_token,
        "pad_token": pad_token,
    }
    options = {"tokenizer_class": "GPT2Tokenizer", "add_prefix_space": False}
    write_text(folder / OPTIONS, written_options(options, roles, special, model_max_length))
    whole = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": special,
        "normalizer": None,
        "pre_tokenizer": PRE_TOKENIZER | WITH_SPACE,
        "post_processor": None,
        "decoder": PRE_TOKENIZER | WITH_SPACE,
        "model": {"type": "BPE", **MODEL, "unk_token": None, "fuse_unk": False}
        | {"byte_fallback": False, "ignore_merges": False, "vocab": ids, "merges": pairs},
    }
    write_text(folder / WHOLE, json.dumps(whole, indent=2, ensure_ascii=False) + "\n")
