"""A trained model and its tokenizer, from a run's folder or a folder in HuggingFace's layout."""

from pathlib import Path
from typing import TypeVar

from zen_transformer.commands.run_folder import model_folder
from zen_transformer.errors import UserError
from zen_transformer.models.pretrained import PretrainedModel
from zen_transformer.text.wordpiece import WordPieceTokenizer

Model = TypeVar("Model", bound=PretrainedModel)


def load(model_class: type[Model], folder: Path, part: str) -> tuple[Model, WordPieceTokenizer]:
    """Both, held against each other; `part` is the run's `model` or `classifier`.

    Raises:
        UserError: a parameter is missing, or the tokenizer knows more pieces than the model.
    """
    source = model_folder(folder, part)
    model = model_class.from_pretrained(source, require_all=True)
    tokenizer = WordPieceTokenizer.from_pretrained(source)
    vocab_size = model.config.vocab_size
    if tokenizer.vocab_size > vocab_size:
        raise UserError(
            f"{source}: the tokenizer has {tokenizer.vocab_size} pieces, the model "
            f"{vocab_size}: they do not belong together"
        )
    return model, tokenizer
