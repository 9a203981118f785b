"""A trained model and its tokenizer, from a run's folder or a folder in HuggingFace's layout."""

from pathlib import Path
from typing import TypeVar

from zen_transformer.errors import UserError
from zen_transformer.models.pretrained import PretrainedModel
from zen_transformer.text.wordpiece import WordPieceTokenizer

Model = TypeVar("Model", bound=PretrainedModel)


def model_folder(path: Path, part: str) -> Path:
    """The model to use of a run's folder (its `model` or `classifier`), or the path itself,
    if it is a model's folder."""
    if not path.is_dir():
        raise UserError(
            f"{path}: no such folder; run `zen-transformer quickstart` first, or name a model's "
            "folder with --model"
        )
    if (path / part / "config.json").is_file():
        return path / part
    if (path / "stages.json").is_file():
        raise UserError(
            f"the run in {path} has no {part} yet: go on with it by --resume, or name another "
            "folder with --model"
        )
    return path


def load(
    model_class: type[Model], folder: Path, part: str, dtype: str = "float32"
) -> tuple[Model, WordPieceTokenizer]:
    """Both, held against each other; `part` is the run's `model` or `classifier`.

    Raises:
        UserError: a parameter is missing, or the tokenizer does not belong to the model.
    """
    source = model_folder(folder, part)
    model = model_class.from_pretrained(source, require_all=True, dtype=dtype)
    tokenizer = WordPieceTokenizer.from_pretrained(source)
    config = model.config
    if tokenizer.vocab_size > config.vocab_size:
        raise UserError(
            f"{source}: the tokenizer has {tokenizer.vocab_size} pieces, the model "
            f"{config.vocab_size}: they do not belong together"
        )
    if tokenizer.pad_id != config.pad_token_id:
        raise UserError(
            f"{source}: [PAD] is {tokenizer.pad_id} in the tokenizer, {config.pad_token_id} in the "
            "model: they do not belong together"
        )
    return model, tokenizer
