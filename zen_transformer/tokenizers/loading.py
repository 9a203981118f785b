"""The tokenizer of a folder, of whichever kind its files are."""

from pathlib import Path

from zen_transformer.errors import UserError
from zen_transformer.files import read_json
from zen_transformer.hub import tokenizer_at
from zen_transformer.tokenizers.base import Tokenizer
from zen_transformer.tokenizers.byte_pair import ByteLevelBPETokenizer
from zen_transformer.tokenizers.byte_pair_files import MERGES
from zen_transformer.tokenizers.byte_pair_files import VOCABULARY as PIECES_AND_IDS
from zen_transformer.tokenizers.characters import CharacterTokenizer
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer
from zen_transformer.tokenizers.wordpiece_files import VOCABULARY as PIECES
from zen_transformer.tokenizers.wordpiece_files import WHOLE

KINDS: dict[str, type[Tokenizer]] = {
    "WordPiece": WordPieceTokenizer,
    "BPE": ByteLevelBPETokenizer,
    "WordLevel": CharacterTokenizer,
}
"""By what `tokenizer.json` calls a model."""


def load_tokenizer(path: str | Path) -> Tokenizer:
    """Read the tokenizer in a folder, or that of a model's id on HuggingFace's hub.

    `tokenizer.json` says of which kind it is; where there is none, `vocab.txt` is a WordPiece's
    and `vocab.json` with `merges.txt` a byte-level BPE's.

    Raises:
        UserError: no tokenizer in the folder, one of another kind, or a damaged one.
    """
    folder = tokenizer_at(path)
    if (folder / WHOLE).is_file():
        model = read_json(folder / WHOLE).get("model")
        kind = model.get("type") if isinstance(model, dict) else None
        if kind not in KINDS:
            raise UserError(
                f"{folder / WHOLE} holds a tokenizer of kind {kind}: only {', '.join(KINDS)} are "
                "implemented"
            )
        return KINDS[kind].from_pretrained(folder)
    if (folder / PIECES).is_file():
        return WordPieceTokenizer.from_pretrained(folder)
    if (folder / MERGES).is_file() and (folder / PIECES_AND_IDS).is_file():
        return ByteLevelBPETokenizer.from_pretrained(folder)
    raise UserError(
        f"{folder} has no tokenizer: neither {WHOLE}, nor {PIECES}, nor {PIECES_AND_IDS} with "
        f"{MERGES}"
    )


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
