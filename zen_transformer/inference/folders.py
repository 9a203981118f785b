"""Where a trained model lies: in the folder of a run, or in a folder in HuggingFace's layout."""

from pathlib import Path
from typing import Any

from zen_transformer.checkpoints.files import CONFIG, WEIGHTS
from zen_transformer.errors import UserError
from zen_transformer.runs.folder import RunFolder

STAGE_OF = {"model": "pretraining", "classifier": "finetuning", "tagger": "tagging"}
"""The stage of a run that writes each part, and the name of its settings in `config.json`."""
TASK_OF = {"classifier": "classification", "tagger": "token-classification"}
"""The task whose runs make a part and nothing else."""
WAY_OUT = {
    "model": "pretrain one by `zen-transformer pretrain`, or name another folder with --model",
    "classifier": "make a classifier of it by `zen-transformer finetune --model {folder}`",
    "tagger": "make a tagger of it by `zen-transformer finetune --task token-classification "
    "--model {folder}`",
}


def model_folder(path: Path, part: str) -> Path:
    """Find a part (`model`, `classifier` or `tagger`) in a run's folder, or return a model's own.

    Raises:
        UserError: no such folder, or a run that has not written the part.
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
    if makes(run.read_config(), part):
        raise UserError(
            f"the run in {path} has no {part} yet: go on with it by --resume, or name another "
            "folder with --model"
        )
    raise UserError(
        f"the run in {path} has no {part}, its command makes none: "
        + WAY_OUT[part].format(folder=path)
    )


def makes(config: dict[str, Any], part: str) -> bool:
    """Whether a run with these settings makes a part."""
    if config["task"] in TASK_OF.values():
        return config["task"] == TASK_OF.get(part)
    return STAGE_OF[part] in config


def is_run(path: Path) -> bool:
    """Whether a folder belongs to a run."""
    return (path / "stages.json").is_file()
