"""The tasks by their names, and settings from presets and from finished runs.

Another package adds a task by an entry point of the group `zen_transformer.tasks`, or by calling
`register`.
"""

import dataclasses
import importlib
import sys
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, TypeVar

from zen_transformer.errors import UserError
from zen_transformer.files import read_json
from zen_transformer.presets.former import FORMER_TASKS, former_task, upgraded
from zen_transformer.presets.overrides import with_overrides
from zen_transformer.presets.reader import PresetFile, read_preset
from zen_transformer.printing import print
from zen_transformer.tasks.task import Task, TaskSettings

BUILT_IN = {
    "bert": "bert.task:BertPretraining",
    "causal-lm": "causal_lm.task:CausalLM",
    "seq2seq": "seq2seq.task:Seq2Seq",
    "classification": "classification:Classification",
    "token-classification": "token_classification:TokenClassification",
    "preference": "preference.task:Preference",
}
"""Where the classes are, imported when they are asked for."""
PARTS_OF_QUICKSTART = ("bert", "classification", "token-classification")
"""The tasks whose settings are among those of the whole way of `quickstart`."""
_registered: dict[str, type[Task]] = {}
Settings = TypeVar("Settings", bound=TaskSettings)


def register(task: type[Task]) -> type[Task]:
    """Add a task, under the name that its settings have; usable as a decorator."""
    _registered[task.name()] = task
    return task


@cache
def _found_entry_points() -> dict[str, Any]:
    return {point.name: point for point in entry_points(group="zen_transformer.tasks")}


def task_names() -> list[str]:
    """All names that `--task` takes."""
    return list(dict.fromkeys([*BUILT_IN, *_registered, *_found_entry_points()]))


def task_class(name: str) -> type[Task]:
    """The class of a task.

    Raises:
        UserError: there is none of this name.
    """
    name = FORMER_TASKS[name]["task"] if name in FORMER_TASKS else name
    if name in _registered:
        return _registered[name]
    if name in BUILT_IN:
        module, _, attribute = BUILT_IN[name].partition(":")
        return getattr(importlib.import_module(f"zen_transformer.tasks.{module}"), attribute)
    if name in _found_entry_points():
        return register(_found_entry_points()[name].load())
    raise UserError(f"task is {name!r}: choose one of {', '.join(task_names())}")


def tasks_starting(from_model: bool) -> dict[str, type[Task]]:
    """The tasks that start from a pretrained model, or those that start from nothing."""
    classes = {name: task_class(name) for name in task_names()}
    return {
        name: task for name, task in classes.items() if (task.starts_from is not None) == from_model
    }


# Settings


def load_preset(name: str = "quickstart") -> Any:
    """All settings of a preset, of whatever task it is.

    Raises:
        UserError: as `preset_settings`.
    """
    return preset_settings(name, whole_settings(preset_task(read_preset(name))))


def whole_settings(task: str) -> type[TaskSettings]:
    """The class of the settings that presets and runs of a task may have: BERT's are those of the
    whole way of `quickstart`."""
    from zen_transformer.tasks.quickstart.settings import QuickstartSettings

    return (
        QuickstartSettings if task == QuickstartSettings.task else task_class(task).settings_class
    )


def preset_settings(name: str, kind: type[Settings]) -> Settings:
    """The settings of a preset, as far as they are of this kind.

    A preset without a `task` is of the whole way of `quickstart`, of which pretraining and
    fine-tuning take their parts.

    Args:
        name: of a built-in preset, or the path of a file.
        kind: the class of the settings.

    Raises:
        UserError: no such preset, one of another task, a file that is no TOML, or a setting that
            does not exist.
    """
    files = read_preset(name)
    task = preset_task(files)
    whole = whole_settings(task)
    if not (whole is kind or (task == "bert" and kind.task in PARTS_OF_QUICKSTART)):
        raise UserError(
            f"the preset {name} is for the task {task}: only `pretrain --task {task}` takes it"
        )
    settings: Any = whole()
    for path, values, _ in reversed(files):
        values = {key: value for key, value in values.items() if key != "task"}
        settings = with_overrides(settings, values, str(path))
    settings = dataclasses.replace(settings, preset=name)
    return settings if whole is kind else part_of(kind, settings)


def part_of(kind: type[Settings], whole: Any) -> Settings:
    """The settings of one task among those of the whole way of `quickstart`. Where they have a
    group of their own, what the group has is taken from there."""
    group = getattr(whole, kind.group) if kind.group else whole
    places = {
        field.name: group if hasattr(group, field.name) else whole
        for field in dataclasses.fields(kind)
    }
    return kind(**{name: getattr(place, name) for name, place in places.items()})


def preset_task(files: list[PresetFile]) -> str:
    """The task that the first of a preset's files names that names one."""
    for path, values, _ in files:
        if "task" in values:
            if values["task"] not in task_names():
                names = ", ".join(task_names())
                raise UserError(f"{path}: task is {values['task']!r}: choose one of {names}")
            return values["task"]
    return "bert"


def settings_of_run(folder: Path, kind: type[Settings] | None = None) -> Settings:
    """The settings that a run's `config.json` keeps.

    Args:
        folder: of the run.
        kind: the class of the settings; that of the run's task, if not given.

    Raises:
        UserError: a damaged file, or one of another version or task.
    """
    path = folder / "config.json"
    read = read_json(path)
    if kind and kind.task in PARTS_OF_QUICKSTART[1:] and is_part(read, kind.task):
        return part_of(kind, settings_of_run(folder))
    config = upgraded(read)
    if former := former_task(read):
        print(
            f"the run in {folder} is of the former task {former}, which is "
            f"{config['task']} with --preset {config['preset']} now",
            file=sys.stderr,
        )
    chosen: Any = kind or settings_class_of(config)
    if chosen.task != config["task"]:
        raise UserError(
            f"the run in {folder} is of the task {config['task']}, not {chosen.task}: leave "
            "--task out, or name another folder"
        )
    facts = ("version", "made_from", "task")
    values = {name: value for name, value in config.items() if name not in facts}
    if kind is not None:
        names = {field.name for field in dataclasses.fields(kind)}
        values = {name: value for name, value in values.items() if name in names}
    return with_overrides(chosen(), values, str(path))


def is_part(config: dict[str, Any], task: str) -> bool:
    """Whether a run with these settings is one of several tasks, of which this is one."""
    tasks = [one.name() for one in tasks_of(upgraded(config))]
    return len(tasks) > 1 and task in tasks


def task_that_measures(config: dict[str, Any]) -> type[Task] | None:
    """The task that measures a model with this `config.json`, by its architecture or, if no task
    knows that, by its `model_type`."""
    for known in (config.get("architectures") or (), (config.get("model_type"),)):
        for name in task_names():
            if set(task_class(name).measures) & set(known):
                return task_class(name)
    return None


def settings_class_of(config: dict[str, Any]) -> type[TaskSettings]:
    """The class of a run's settings: of its task, or of the whole way of `quickstart`."""
    if config["task"] == "bert" and "finetuning" in config:
        return whole_settings("bert")
    return task_class(config["task"]).settings_class


def tasks_of(config: dict[str, Any]) -> list[type[Task]]:
    """The tasks that a run consists of."""
    tasks = [task_class(config.get("task", "bert"))]
    if config.get("task") == "bert" and "finetuning" in config:
        tasks.append(task_class("classification"))
    if config.get("task") == "bert" and "tagging" in config:
        tasks.append(task_class("token-classification"))
    return tasks
