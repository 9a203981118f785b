"""Read a tokenizer of any kind."""

from pathlib import Path

from zen_transformer.errors import UserError
from zen_transformer.hub import resolve_tokenizer
from zen_transformer.tokenizers import byte_pair_files, wordpiece_files
from zen_transformer.tokenizers.base import Tokenizer
from zen_transformer.tokenizers.byte_pair import ByteLevelBPETokenizer
from zen_transformer.tokenizers.characters import CharacterTokenizer
from zen_transformer.tokenizers.field_types import read_tokenizer_file
from zen_transformer.tokenizers.files import TOKENIZER_FILE, component
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer

KINDS: dict[str, type[Tokenizer]] = {
    "WordPiece": WordPieceTokenizer,
    "BPE": ByteLevelBPETokenizer,
    "WordLevel": CharacterTokenizer,
}
"""The classes, by the type of the model in `tokenizer.json`."""
OLDER_FILES: dict[type[Tokenizer], tuple[str, ...]] = {
    WordPieceTokenizer: (wordpiece_files.VOCABULARY_FILE,),
    ByteLevelBPETokenizer: (byte_pair_files.VOCABULARY_FILE, byte_pair_files.MERGES_FILE),
}
"""The files that hold a tokenizer where there is no `tokenizer.json`."""


def load_tokenizer(path: str | Path) -> Tokenizer:
    """Read the tokenizer of a model, of the kind that its files say.

    Args:
        path: a folder, or the id of a model on HuggingFace's hub.

    Raises:
        UserError: no tokenizer in the folder, one of another kind, or a damaged one.
    """
    folder = resolve_tokenizer(path)
    if (folder / TOKENIZER_FILE).is_file():
        kind = component(read_tokenizer_file(folder / TOKENIZER_FILE), "model").get("type")
        if kind not in KINDS:
            raise UserError(
                f"{folder / TOKENIZER_FILE} holds a tokenizer of kind {kind}: only "
                f"{', '.join(KINDS)} are implemented"
            )
        return KINDS[kind].from_pretrained(folder)
    for tokenizer_class, names in OLDER_FILES.items():
        if all((folder / name).is_file() for name in names):
            return tokenizer_class.from_pretrained(folder)
    older = ", nor ".join(" with ".join(names) for names in OLDER_FILES.values())
    raise UserError(f"{folder} has no tokenizer: neither {TOKENIZER_FILE}, nor {older}")


def load_generating_tokenizer(path: str | Path) -> Tokenizer:
    """Read the tokenizer of a model that generates text, which needs a token that ends a text.

    Raises:
        UserError: as in `load_tokenizer`; or there is no such token, as in BERT's.
    """
    tokenizer = load_tokenizer(path)
    if tokenizer.eos_token is None:
        raise UserError(
            f"{path} has a tokenizer without a token that ends a text (eos_token), as BERT's, "
            "which cannot write texts"
        )
    return tokenizer
