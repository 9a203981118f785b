"""The files of a WordPiece tokenizer in HuggingFace's layout.

`vocab.txt` has a piece a line; `tokenizer_config.json` the options; and `tokenizer.json` both, in
the format of the `tokenizers` library. The pieces of the last count before those of the first. Of
the options those of `tokenizer_config.json` count, with HuggingFace's defaults where it lacks some,
in a folder that HuggingFace's `AutoTokenizer` opens as a `BertTokenizer`; else those of
`tokenizer.json`. Added tokens are those of `tokenizer.json`; where there is none, those of
`tokenizer_config.json` and of `added_tokens.json`, which older versions wrote.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple, TypedDict

from zen_transformer.errors import UserError, check_count
from zen_transformer.files import read_json, write_text
from zen_transformer.tokenizers.added_tokens import AddedToken
from zen_transformer.tokenizers.base import Tokenizer
from zen_transformer.tokenizers.clean_up import WordPieceDecoder
from zen_transformer.tokenizers.field_types import read_config_file, read_tokenizer_file
from zen_transformer.tokenizers.files import (
    CLEAN_UP,
    CONFIG_FILE,
    TOKEN_FLAGS,
    TOKENIZER_FILE,
    added_tokens_decoder,
    check_added_ids,
    check_supported,
    checked_ids,
    component,
    model_max_length,
    read_added_token,
    read_config,
    read_text,
    write_config,
    write_tokenizer,
)
from zen_transformer.tokenizers.wordpiece_training import MAX_WORD_LENGTH, PREFIX, SPECIAL_TOKENS

VOCABULARY_FILE = "vocab.txt"
SPECIAL_TOKENS_FILE = "special_tokens_map.json"
ADDED_TOKENS_FILE = "added_tokens.json"
MODEL_FILE = "config.json"
GENERIC_CLASSES = ("PreTrainedTokenizerFast", "TokenizersBackend")
"""Values of `tokenizer_class` that leave everything to `tokenizer.json`."""
ROLES = dict(
    zip(
        ("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"),
        SPECIAL_TOKENS,
        strict=True,
    )
)
"""The token of each role, which is the same in every tokenizer here."""
PRE_TOKENIZER = {"type": "BertPreTokenizer"}
NORMALIZER = {"clean_text": True}
MODEL = {"unk_token": "[UNK]", "continuing_subword_prefix": PREFIX}


class Normalization(TypedDict):
    """How text is normalized, and which words are too long; arguments of `WordPieceTokenizer`."""

    lowercase: bool
    strip_accents: bool | None
    tokenize_chinese_chars: bool
    max_input_chars_per_word: int


class WordPieceFields(Normalization):
    """All arguments of `WordPieceTokenizer`."""

    vocabulary: list[str]
    model_max_length: int | None
    added_tokens: tuple[AddedToken, ...]
    decoder: WordPieceDecoder | None
    clean_up_tokenization_spaces: bool


def read_wordpiece(folder: Path) -> WordPieceFields:
    """Read a tokenizer.

    Raises:
        UserError: no such folder, no tokenizer in it, a damaged one, or one of another kind.
    """
    config = read_config(folder)
    given = check_other_files(folder, config)
    normalization: Normalization = {
        "lowercase": config.get("do_lower_case", True),
        "strip_accents": config.get("strip_accents"),
        "tokenize_chinese_chars": config.get("tokenize_chinese_chars", True),
        "max_input_chars_per_word": MAX_WORD_LENGTH,  # as in `BertTokenizer`, whatever a file says
    }
    decoder: WordPieceDecoder | None = WordPieceDecoder()
    if (folder / TOKENIZER_FILE).is_file():
        path = folder / TOKENIZER_FILE
        tokenizer = read_tokenizer_file(path)
        vocabulary, of_the_file, added = _from_tokenizer_file(tokenizer, path)
        if is_generic(folder, config):
            normalization, decoder = of_the_file, _decoder(tokenizer, path)
    elif (folder / VOCABULARY_FILE).is_file():
        path = folder / VOCABULARY_FILE
        vocabulary, added = _from_vocabulary_file(path), given.listed
    else:
        raise UserError(
            f"{folder} has no tokenizer: neither {TOKENIZER_FILE} nor {VOCABULARY_FILE}"
        )
    check_named(given.named, added, path)
    ids = {piece: number for number, piece in enumerate(vocabulary)}
    return {
        "vocabulary": vocabulary,
        **normalization,
        "model_max_length": model_max_length(config),
        "added_tokens": check_added_ids(added, ids, len(vocabulary), path),
        "decoder": decoder,
        "clean_up_tokenization_spaces": bool(config.get(CLEAN_UP)),
    }


def is_generic(folder: Path, config: dict[str, Any]) -> bool:
    """Whether everything is as `tokenizer.json` says: the folder names one of `GENERIC_CLASSES`, or
    neither a class nor the kind of its model, for which HuggingFace would choose `BertTokenizer`.

    Args:
        folder: of the tokenizer, and perhaps of its model.
        config: content of its `tokenizer_config.json`.
    """
    path = folder / MODEL_FILE
    model = read_json(path) if path.is_file() else {}
    name = config.get("tokenizer_class") or model.get("tokenizer_class")
    return name in GENERIC_CLASSES if name else "model_type" not in model


def check_named(
    named: list[tuple[Path, str, Any]], added: dict[int, AddedToken], path: Path
) -> None:
    """Check that the tokens that other files name are BERT's own or among the added ones.

    Args:
        named: the file, the field and the text of each.
        added: the added tokens by their ids.
        path: of the file that lists them.

    Raises:
        UserError: names the file, the field and the token.
    """
    for file, field, name in named:
        as_special = field == "additional_special_tokens"
        known = {t.content for t in added.values() if t.special or not as_special}
        if name not in known and name not in SPECIAL_TOKENS:
            kind = "special token" if as_special else "token"
            raise UserError(
                f"{file}: {field} adds the {kind} {name!r}, which is none in {path.name}: take it "
                "out here and add it by add_tokens"
            )


class OtherTokens(NamedTuple):
    """The tokens that the files beside a vocabulary add."""

    listed: dict[int, AddedToken]
    """By their ids, without BERT's own."""
    named: list[tuple[Path, str, Any]]
    """The file, the field and the text of each."""


def check_other_files(folder: Path, config: dict[str, Any]) -> OtherTokens:
    """Check that what lies beside the vocabulary asks for nothing that is not implemented, and
    return what it adds.

    Args:
        folder: of the tokenizer.
        config: content of its `tokenizer_config.json`.

    Raises:
        UserError: names the file, the field and the value.
    """
    where = folder / CONFIG_FILE
    check_supported(config, {"truncation_side": "right", "split_special_tokens": False}, where)
    maps = {where: config}
    if (folder / SPECIAL_TOKENS_FILE).is_file():
        maps[folder / SPECIAL_TOKENS_FILE] = read_config_file(folder / SPECIAL_TOKENS_FILE)
    added: list[tuple[Path, str, Any]] = []
    for path, fields in maps.items():
        given = {role: _content(fields[role]) for role in ROLES if fields.get(role) is not None}
        check_supported(given, ROLES, path)
        more = fields.get("additional_special_tokens") or []
        added += [(path, "additional_special_tokens", _content(token)) for token in more]
    special = {token for _, _, token in added}
    listed: dict[int, AddedToken] = {}
    if (folder / ADDED_TOKENS_FILE).is_file():
        path = folder / ADDED_TOKENS_FILE
        for token, number in checked_ids(read_json(path), path).items():
            added.append((path, "it", token))
            listed[number] = AddedToken(token, special=token in special)
    for number, fields in (config.get("added_tokens_decoder") or {}).items():
        added.append((where, "added_tokens_decoder", _content(fields)))
        listed[int(number)] = read_added_token(
            fields if isinstance(fields, dict) else {"content": fields}
        )
    own = {n: t for n, t in listed.items() if t.content not in SPECIAL_TOKENS}
    return OtherTokens(own, added)


def _content(token: Any) -> Any:
    """The text of a token, which may be written with flags."""
    return token.get("content") if isinstance(token, dict) else token


def _from_vocabulary_file(path: Path) -> list[str]:
    text = read_text(path)
    if text.startswith("\ufeff"):
        raise UserError(
            f"{path} begins with a byte order mark, which would be a part of its first piece: save "
            "it as UTF-8 without one"
        )
    return text.removesuffix("\n").split("\n")


def _decoder(tokenizer: dict[str, Any], path: Path) -> WordPieceDecoder | None:
    """Return the decoder of a `tokenizer.json`, if it has one."""
    fields = component(tokenizer, "decoder")
    if not fields:
        return None
    if (kind := fields.get("type", "WordPiece")) != "WordPiece":
        raise UserError(f"{path}: the decoder is of type {kind}: only WordPiece is implemented")
    if missing := {"prefix", "cleanup"} - set(fields):
        raise UserError(f"{path}: the decoder lacks {', '.join(sorted(missing))}")
    return WordPieceDecoder(fields["prefix"], fields["cleanup"])


def _from_tokenizer_file(
    tokenizer: dict[str, Any], path: Path
) -> tuple[list[str], Normalization, dict[int, AddedToken]]:
    model, normalizer = component(tokenizer, "model"), component(tokenizer, "normalizer")
    kinds = [model.get("type"), normalizer.get("type")]
    if kinds != ["WordPiece", "BertNormalizer"]:
        raise UserError(
            f"{path} holds a tokenizer of kind {kinds[0]} with a normalizer of kind {kinds[1]}: "
            "only BERT's WordPiece is implemented"
        )
    check_supported(tokenizer, {"pre_tokenizer": PRE_TOKENIZER}, path)
    check_supported(normalizer, NORMALIZER, path)
    check_supported(model, MODEL, path)
    added: dict[int, AddedToken] = {}
    for token in tokenizer.get("added_tokens") or []:
        if token["content"] in SPECIAL_TOKENS:
            check_supported(token, TOKEN_FLAGS, path)
        else:
            added[token["id"]] = read_added_token(token)
    missing = {"lowercase", "strip_accents", "handle_chinese_chars"} - set(normalizer)
    if missing:
        raise UserError(
            f"{path} lacks {', '.join(sorted(missing))}: write it once more, or copy it"
        )
    longest = model.get("max_input_chars_per_word", MAX_WORD_LENGTH)
    check_count(f"{path}: max_input_chars_per_word", longest, 0)
    normalization: Normalization = {
        "lowercase": normalizer["lowercase"],
        "strip_accents": normalizer["strip_accents"],
        "tokenize_chinese_chars": normalizer["handle_chinese_chars"],
        "max_input_chars_per_word": longest,
    }
    return _pieces(checked_ids(model.get("vocab"), path), path), normalization, added


def _pieces(ids: dict[str, int], path: Path) -> list[str]:
    """Return the pieces in the order of their ids, and "" where an id has none: its piece occurs
    once more in `vocab.txt`, from which the file was made.

    Raises:
        UserError: two pieces have one id, or there are more gaps than pieces.
    """
    by_id = {number: piece for piece, number in ids.items()}
    size = max(by_id, default=-1) + 1
    if len(by_id) < len(ids) or min(by_id, default=0) < 0 or size > 2 * len(ids):
        raise UserError(f"{path}: the ids of the vocabulary are not 0, 1, 2, …")
    return [by_id.get(number, "") for number in range(size)]


def write_wordpiece(
    folder: Path,
    tokenizer: Tokenizer,
    normalization: Normalization,
    decoder: WordPieceDecoder | None,
) -> None:
    """Write the three files."""
    write_text(folder / VOCABULARY_FILE, "\n".join(tokenizer.model_vocabulary) + "\n")
    longest = {"max_input_chars_per_word": normalization["max_input_chars_per_word"]}
    as_bert = longest["max_input_chars_per_word"] == MAX_WORD_LENGTH
    as_bert &= decoder == WordPieceDecoder()
    config: dict[str, Any] = {
        "tokenizer_class": "BertTokenizer" if as_bert else GENERIC_CLASSES[0],
        "do_lower_case": normalization["lowercase"],
        "strip_accents": normalization["strip_accents"],
        "tokenize_chinese_chars": normalization["tokenize_chinese_chars"],
        **ROLES,
    }
    if tokenizer.added_tokens:
        config["added_tokens_decoder"] = added_tokens_decoder(tokenizer)
    write_config(folder, tokenizer, config)
    vocabulary = {piece: number for piece, number in tokenizer.model_ids.items() if piece}
    components = {
        "normalizer": {
            "type": "BertNormalizer",
            **NORMALIZER,
            "handle_chinese_chars": normalization["tokenize_chinese_chars"],
            "strip_accents": normalization["strip_accents"],
            "lowercase": normalization["lowercase"],
        },
        "pre_tokenizer": PRE_TOKENIZER,
        "post_processor": _template(tokenizer),
        "decoder": decoder and {"type": "WordPiece", **asdict(decoder)},
        "model": {"type": "WordPiece", **MODEL, **longest, "vocab": vocabulary},
    }
    write_tokenizer(folder, tokenizer, components)


def _template(tokenizer: Tokenizer) -> dict[str, Any]:
    """Return [CLS] A [SEP], and [CLS] A [SEP] B [SEP], as the `tokenizers` library writes it."""

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
            token: {"id": token, "ids": [tokenizer.ids[token]], "tokens": [token]}
            for token in ("[CLS]", "[SEP]")
        },
    }
