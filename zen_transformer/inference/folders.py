"""Where a trained model lies: in the folder of a run, or in a folder in HuggingFace's layout."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from zen_transformer.checkpoints.files import CONFIG, WEIGHTS
from zen_transformer.errors import UserError
from zen_transformer.files import read_json
from zen_transformer.hub import cached_folder, fetching_hint
from zen_transformer.runs.folder import RunFolder

STAGE_OF = {"model": "pretraining", "classifier": "finetuning", "tagger": "tagging"}
"""The stage of a run that writes each part, and the name of its settings in `config.json`."""
TASK_OF = {"classifier": "classification", "tagger": "token-classification"}
"""The task whose runs make a part and nothing else."""
WAY_OUT = {
    "model": "pretrain one by `zen-transformer pretrain`, or name another folder",
    "classifier": "make a classifier of it by `zen-transformer finetune --model {folder}`",
    "tagger": "make a tagger of it by `zen-transformer finetune --task token-classification "
    "--model {folder}`",
}


MADE_BY = "`zen-transformer quickstart` makes one"
"""How to come to a BERT, its classifier and its tagger."""
OTHER_KINDS = {
    "bert": "a BERT, with which `fill-mask`, `classify` and `tag` answer",
    "gpt2": "a GPT, with which `generate` continues texts",
    **dict.fromkeys(
        ("marian", "bart", "zen-encoder-decoder"),
        "an encoder–decoder, with which `translate` answers",
    ),
}
"""What a model is called whose `model_type` is not the one that was needed."""


def model_folder(path: Path, part: str, made_by: str = "") -> Path:
    """Find a part (`model`, `classifier` or `tagger`) in a run's folder, or return a model's own.

    Args:
        path: the folder, or the id of a model that is in HuggingFace's cache.
        part: what is looked for.
        made_by: what makes such a model, where it is no BERT.

    Raises:
        UserError: no such folder, or a run that has not written the part.
    """
    if path.is_file():
        raise UserError(f"{path} is a file: name the folder that it lies in")
    path = cached_folder(path)
    if not path.is_dir():
        raise UserError(
            f"{path}: no such folder{fetching_hint(path)}; {made_by or MADE_BY}, or name the "
            "folder of a model or a run"
        )
    if not is_run(path):
        return path / part if (path / part / CONFIG).is_file() else path
    run = RunFolder(path)
    if (path / part / WEIGHTS).is_file() or STAGE_OF[part] in run.stages():
        return path / part
    if makes(run.read_config(), part):
        raise UserError(
            f"the run in {path} has no {part} yet: go on with it by --resume, or name another "
            "folder"
        )
    check_kind(path / "model", ("bert",))
    raise UserError(
        f"the run in {path} has no {part}, its command makes none: "
        + WAY_OUT[part].format(folder=path)
    )


def check_kind(source: Path, model_types: Sequence[str]) -> None:
    """Check that a model's folder holds one of the kind that is needed.

    Args:
        source: the folder.
        model_types: values of `model_type` that can be read.

    Raises:
        UserError: it holds another one, of which the message says what answers with it.
    """
    if not (source / CONFIG).is_file():
        return  # who reads it says what is missing
    fields = read_json(source / CONFIG)
    kind = fields.get("model_type") if isinstance(fields, dict) else None
    if kind in OTHER_KINDS and kind not in model_types:
        raise UserError(f"{source} holds {OTHER_KINDS[kind]}: name another folder with --model")


def makes(config: dict[str, Any], part: str) -> bool:
    """Whether a run with these settings makes a part."""
    if config["task"] in TASK_OF.values():
        return config["task"] == TASK_OF.get(part)
    return STAGE_OF[part] in config


def is_run(path: Path) -> bool:
    """Whether a folder belongs to a run."""
    return (path / "stages.json").is_file()
