"""The files of a character tokenizer in HuggingFace's layout: `tokenizer.json`, in the format of
the `tokenizers` library, and `tokenizer_config.json` with the options."""

from pathlib import Path

from zen_transformer.errors import UserError
from zen_transformer.tokenizers.base import Tokenizer
from zen_transformer.tokenizers.field_types import read_tokenizer_file
from zen_transformer.tokenizers.files import (
    CLEAN_UP,
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
    write_config,
    write_tokenizer,
)

UNKNOWN = "[UNK]"
EVERY_CHARACTER = {
    "type": "Split",
    "pattern": {"Regex": r"[\s\S]"},
    "behavior": "Isolated",
    "invert": False,
}
COMPONENTS = {"normalizer": None, "pre_tokenizer": EVERY_CHARACTER}


class CharacterFields(PlainTextFields):
    """The arguments of `CharacterTokenizer`."""

    clean_up_tokenization_spaces: bool


def read_characters(folder: Path) -> CharacterFields:
    """Read the arguments of a `CharacterTokenizer`.

    Raises:
        UserError: no such folder, no tokenizer in it, a damaged one, or one of another kind.
    """
    path = folder / TOKENIZER_FILE
    if not path.is_file():
        raise UserError(f"{folder} has no character tokenizer: {TOKENIZER_FILE} is not there")
    tokenizer = read_tokenizer_file(path)
    model = component(tokenizer, "model")
    if (kind := model.get("type")) != "WordLevel":
        raise UserError(
            f"{path} holds a tokenizer of kind {kind}, not of characters: load_tokenizer opens "
            "each of the kinds that there are"
        )
    check_supported(COMPONENTS | tokenizer, COMPONENTS, path)
    check_adds_nothing(tokenizer, path)
    check_supported(model, {"unk_token": UNKNOWN}, path)
    special_tokens = read_special_tokens(tokenizer, path)
    config = read_config(folder)
    return {
        "vocabulary": pieces_in_order(checked_ids(model.get("vocab"), path) | special_tokens, path),
        "special_tokens": tuple(special_tokens),
        **read_roles(config, special_tokens),
        "model_max_length": model_max_length(config),
        "clean_up_tokenization_spaces": bool(config.get(CLEAN_UP)),
    }


def write_characters(folder: Path, tokenizer: Tokenizer) -> None:
    """Write the two files."""
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "unk_token": UNKNOWN,
        "bos_token": tokenizer.bos_token,
        "eos_token": tokenizer.eos_token,
        "pad_token": tokenizer.pad_token,
        "added_tokens_decoder": added_tokens_decoder(tokenizer),
    }
    write_config(folder, tokenizer, config)
    components = {
        **COMPONENTS,
        "post_processor": None,
        "decoder": {"type": "Fuse"},
        "model": {"type": "WordLevel", "vocab": tokenizer.ids, "unk_token": UNKNOWN},
    }
    write_tokenizer(folder, tokenizer, components)
