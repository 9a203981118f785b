"""Settings from a preset's file or from a finished run."""

import dataclasses
import tomllib
from pathlib import Path
from typing import Any

from zen_transformer.errors import UserError
from zen_transformer.files import read_json
from zen_transformer.tasks.gpt_settings import GPTSettings
from zen_transformer.tasks.seq2seq_settings import CoupletSettings, TranslationSettings
from zen_transformer.tasks.settings import RunSettings, changed

FOLDER = Path(__file__).parents[1] / "presets"
DEFAULT = "quickstart"
AnySettings = RunSettings | GPTSettings | TranslationSettings | CoupletSettings
TASKS: dict[str, Any] = {
    "bert": RunSettings,
    "causal-lm": GPTSettings,
    "translation": TranslationSettings,
    "couplets": CoupletSettings,
}
"""The settings of each task."""
PRESETS = {
    "bert": DEFAULT,
    "causal-lm": "gpt",
    "translation": "translation",
    "couplets": "couplets",
}
"""What each task starts from."""


def preset_names() -> list[str]:
    """The presets that come with the package."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_preset(name: str = DEFAULT) -> RunSettings:
    """The settings of one of BERT's presets, by its name or the path of its file.

    Raises:
        UserError: as `any_preset`, and one of another task.
    """
    settings = any_preset(name)
    if not isinstance(settings, RunSettings):
        raise UserError(
            f"the preset {name} is for the task {settings.task}: only `pretrain --task "
            f"{settings.task}` takes it"
        )
    return settings


def any_preset(name: str) -> AnySettings:
    """The settings of a preset of any task.

    A file may begin with `extends = "NAME"` and then says only what is different there; a file
    that it names so is looked for beside it.

    Raises:
        UserError: no such preset, a file that is no TOML, or a setting that does not exist.
    """
    chain = _chain(_place(name))
    settings = _of_task([values for _, values in chain], chain[0][0])
    for path, values in reversed(chain):
        settings = changed(settings, values, str(path))
    return dataclasses.replace(settings, preset=name)


def _of_task(files: list[dict[str, Any]], path: Path) -> AnySettings:
    """The settings of the task that the first of the files names that names one."""
    task = next((values["task"] for values in files if "task" in values), "bert")
    if task not in TASKS:
        raise UserError(f"{path}: task is {task!r}: choose one of {', '.join(TASKS)}")
    return TASKS[task]()


def _place(name: str, beside: Path = Path()) -> Path:
    path = beside / name if name.endswith(".toml") else FOLDER / f"{name}.toml"
    if not path.is_file():
        raise UserError(
            f"no preset {name}: choose {', '.join(preset_names())}, or give a .toml file"
        )
    return path


def _chain(path: Path) -> list[tuple[Path, dict[str, Any]]]:
    """A preset's file and those that it extends, each with what it says itself."""
    chain: list[tuple[Path, dict[str, Any]]] = []
    while True:
        if any(path.samefile(known) for known, _ in chain):
            raise UserError(f"{path} extends itself: take one of the lines with extends out")
        try:
            values = tomllib.loads(path.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UserError(f"{path} is not readable TOML: {error}") from error
        if "preset" in values:
            raise UserError(f"{path}: preset is no setting of a file: write extends instead")
        extended = values.pop("extends", None)
        chain.append((path, values))
        if extended is None:
            return chain
        if not isinstance(extended, str):
            raise UserError(f"{path}: extends is {extended!r}: it must be the name of a preset")
        path = _place(extended, path.parent)


def settings_from(path: Path) -> AnySettings:
    """The settings that a run's `config.json` keeps.

    Raises:
        UserError: a damaged file, or one of another version.
    """
    values = read_json(path)
    for fact in ("version", "made_from"):
        values.pop(fact, None)
    return changed(_of_task([values], path), values, str(path))
