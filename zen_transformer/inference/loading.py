"""A trained model and its tokenizer, from a run's folder or a folder in HuggingFace's layout."""

from pathlib import Path
from typing import TypeVar

from zen_transformer.checkpoints.files import CONFIG, WEIGHTS
from zen_transformer.errors import UserError
from zen_transformer.models.gpt import GPTForCausalLM
from zen_transformer.models.pretrained import MissingParameters, PretrainedModel
from zen_transformer.runs.folder import RunFolder
from zen_transformer.tokenizers.base import Tokenizer
from zen_transformer.tokenizers.loading import load_tokenizer
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer

Model = TypeVar("Model", bound=PretrainedModel)

STAGE_OF = {"model": "pretraining", "classifier": "finetuning"}
"""The stage of a run that writes the part; its settings have the same name in `config.json`."""
WAY_OUT = {
    "model": "pretrain one by `zen-transformer pretrain`, or name another folder with --model",
    "classifier": "make a classifier of it by `zen-transformer finetune --model {folder}`",
}


def model_folder(path: Path, part: str) -> Path:
    """The model to use of a run's folder (its `model` or `classifier`), or the path itself,
    if it is a model's folder.

    Raises:
        UserError: no such folder, or a run that has not come so far.
    """
    if path.is_file():
        raise UserError(f"{path} is a file: name the folder that it lies in")
    if not path.is_dir():
        raise UserError(
            f"{path}: no such folder; run `zen-transformer quickstart` first, or name a model's "
            "folder with --model"
        )
    if not is_run(path):
        return path / part if (path / part / CONFIG).is_file() else path
    run = RunFolder(path)
    if (path / part / WEIGHTS).is_file() or STAGE_OF[part] in run.stages():
        return path / part
    if STAGE_OF[part] in run.read_json("config.json"):
        raise UserError(
            f"the run in {path} has no {part} yet: go on with it by --resume, or name another "
            "folder with --model"
        )
    raise UserError(
        f"the run in {path} has no {part}, its command makes none: "
        + WAY_OUT[part].format(folder=path)
    )


def is_run(path: Path) -> bool:
    """Whether a folder is that of a run."""
    return (path / "stages.json").is_file()


def load(
    model_class: type[Model], folder: Path, part: str, dtype: str = "float32"
) -> tuple[Model, WordPieceTokenizer]:
    """Both, held against each other; `part` is the run's `model` or `classifier`.

    A model may have more vectors than the tokenizer has pieces: some are filled up to a round
    number.

    Raises:
        UserError: a parameter is missing, or the tokenizer does not belong to the model.
    """
    source = model_folder(folder, part)
    try:
        model = model_class.from_pretrained(source, require_all=True, dtype=dtype)
    except MissingParameters as error:
        raise UserError(f"{error}; {WAY_OUT[part].format(folder=folder)}") from error
    tokenizer = WordPieceTokenizer.from_pretrained(source)
    config = model.config
    if tokenizer.vocab_size > config.vocab_size:
        raise UserError(
            f"{source}: the tokenizer has {tokenizer.vocab_size} pieces, the model "
            f"{config.vocab_size}: they do not belong together, so copy the tokenizer's files of "
            "this model here"
        )
    if tokenizer.pad_id != config.pad_token_id:
        raise UserError(
            f"{source}: [PAD] is {tokenizer.pad_id} in the tokenizer, {config.pad_token_id} in the "
            "model: they do not belong together, so copy the tokenizer's files of this model here"
        )
    return model, tokenizer


def load_gpt(folder: Path) -> tuple[GPTForCausalLM, Tokenizer]:
    """A GPT and its tokenizer.

    Raises:
        UserError: no such folder, a model of another family, or a tokenizer that cannot write.
    """
    source = model_folder(folder, "model")
    network = GPTForCausalLM.from_pretrained(source, require_all=True)
    tokenizer = load_tokenizer(source)
    if not isinstance(tokenizer, Tokenizer):
        raise UserError(f"{source} has a tokenizer of BERT's kind, which cannot write texts")
    return network, tokenizer
