"""Options of commands that have settings: where the settings start from, and reading the rest.

The settings are those of the preset that was asked for or, where a run is gone on with, what its
`config.json` keeps; the help shows them, and any option goes on top.
"""

import argparse
import dataclasses
import inspect
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from tyro.conf import arg

from zen_transformer.commands.arguments import read_arguments
from zen_transformer.errors import UserError
from zen_transformer.presets.former import FORMER_PRESETS, FORMER_TASKS
from zen_transformer.presets.overrides import flatten
from zen_transformer.presets.reader import read_preset
from zen_transformer.printing import print
from zen_transformer.runs.execution import ExecutionConfig
from zen_transformer.runs.folder import RunFolder
from zen_transformer.tasks.registry import (
    preset_settings,
    preset_task,
    settings_of_run,
    task_class,
    tasks_starting,
)
from zen_transformer.tasks.running import RunTarget, run_task
from zen_transformer.tasks.task import Inputs, Task, TaskSettings

Settings = TypeVar("Settings", bound=TaskSettings)

HELP_OF_MODEL = (
    "A run's folder, one in HuggingFace's layout, or the id of a model in HuggingFace's cache."
)

POSITIONS = ("n-positions", "max-position-embeddings")
"""Settings of models that are their number of positions."""
LENGTHS = ("length", "lengths", "target-lengths")
"""Settings of trainings that may not be larger."""


def spellings(group: str, names: Sequence[str]) -> list[str]:
    """The ways in which settings of a group are written on a command line."""
    both = [*names, *(name.replace("-", "_") for name in names)]
    return [f"--{group}.{name}" for name in dict.fromkeys(both)]


def given_options(arguments: list[str]) -> argparse.Namespace:
    """The options that decide which settings the others go on top of, as far as they can be read;
    the real parser will say what is wrong."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    for option in ("--preset", "--name", "--output", "--model", "--task"):
        parser.add_argument(option)
    parser.add_argument("--runs", default="runs")
    parser.add_argument(*spellings("model", POSITIONS), dest="positions")
    parser.add_argument(*spellings("pretraining", LENGTHS), dest="lengths", nargs="*")
    parser.add_argument("--corpus", nargs="*", default=[])
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--overwrite", action="store_true")
    try:
        given = parser.parse_known_args(arguments)[0]
    except (argparse.ArgumentError, SystemExit):
        return parser.parse_args([])
    given.resume &= not given.overwrite  # what is replaced has no say in what replaces it
    return given


def starting_settings(
    kind: type[Settings], given: argparse.Namespace, default: str, folder: Path | None
) -> Settings:
    """The settings that options go on top of.

    Args:
        kind: their class.
        given: the options that decide it.
        default: the preset, if none was asked for; "" for the defaults of the class.
        folder: of a run whose settings they are, if there is one in it.

    Raises:
        UserError: no such preset, or one of another task; a run of another task.
    """
    if folder and all((folder / name).is_file() for name in ("stages.json", "config.json")):
        return fitted(settings_of_run(folder, kind), given)
    if not given.preset and default == "quickstart" and given.corpus == ["chinese"]:
        default = "chinese"
    name = given.preset or default
    return fitted(preset_settings(name, kind) if name else kind(), given)


def fitted(settings: Settings, given: argparse.Namespace) -> Settings:
    """The settings, with texts that are no longer than the model has positions, where the options
    say the positions alone; a line on standard error says so."""
    if given.lengths is not None or not re.fullmatch("[0-9]{1,9}", given.positions or ""):
        return settings
    fitting = settings.with_positions(int(given.positions))
    before, after = flatten(dataclasses.asdict(settings)), flatten(dataclasses.asdict(fitting))
    changed = [
        f"{name} {value}"
        for name, value in after.items()
        if value != before.get(name) and name.endswith(("length", "lengths"))
    ]
    if changed:
        print(f"with {given.positions} positions: {', '.join(changed)}", file=sys.stderr)
    return fitting


def parse(
    program: str, description: str, arguments: list[str], fields: dict[str, tuple[Any, Any]]
) -> Any:
    """Read a command line.

    Args:
        program: what stands before the options.
        description: of the command, for its help.
        arguments: the options.
        fields: type and default of each group of options; an option without a default has `...`.
    """
    made = [
        (name, kind) if default is ... else (name, kind, dataclasses.field(default=default))
        for name, (kind, default) in fields.items()
    ]
    options = dataclasses.make_dataclass("Options", made, frozen=True, kw_only=True)
    return read_arguments(options, arguments, prog=program, description=description)


def flat(kind: Any) -> Any:
    """The type of a group of options that are named without the group's name."""
    return Annotated[kind, arg(name="")]


def run_task_command(command: str, arguments: list[str], default: str, from_model: bool) -> Any:
    """Run `pretrain` or `finetune` for the task that the arguments ask for.

    Args:
        command: its name.
        arguments: its options.
        default: the task, if none is asked for.
        from_model: whether its tasks start from a pretrained model.
    """
    arguments = with_today_names(arguments)
    task, settings = chosen_task(arguments, default, from_model)
    name, tasks = task.name(), tasks_starting(from_model)
    listed = "; ".join(f"{other}: {kind.title}" for other, kind in tasks.items())
    help_of_task = f"What is learnt. {listed}. Each has settings of its own: --task NAME --help."
    fields: dict[str, tuple[Any, Any]] = {
        "task": (Annotated[Literal[tuple(tasks)], arg(help=help_of_task)], name),
        "settings": (flat(type(settings)), settings),
        "target": (flat(RunTarget), RunTarget()),
        "execution": (flat(ExecutionConfig), ExecutionConfig()),
    }
    if from_model:
        fields["model"] = (Annotated[Path, arg(help=HELP_OF_MODEL)], ...)
    else:
        help_of_vocabulary = "Folder of a tokenizer to use instead of learning one."
        fields["vocabulary"] = (Annotated[Path | None, arg(help=help_of_vocabulary)], None)
    options = parse(f"zen-transformer {command}", _describe(task), arguments, fields)
    inputs = Inputs(
        model=getattr(options, "model", None), vocabulary=getattr(options, "vocabulary", None)
    )
    return run_task(task(options.settings, inputs), options.target, options.execution)


def chosen_task(
    arguments: list[str], default: str, from_model: bool
) -> tuple[type[Task], TaskSettings]:
    """The task that a command line asks for, and the settings that its options go on top of.

    Args:
        arguments: the options.
        default: the task, if none is asked for.
        from_model: whether it has to be one that starts from a pretrained model.

    Raises:
        UserError: no such task, or one of the other kind; no such preset, or one of another task.
    """
    given = given_options(arguments)
    tasks = tasks_starting(from_model)
    name = given.task or _task_of_run(given) or _task_of_preset(given, tasks) or default
    if name not in tasks:
        known = task_class(name)  # says which there are, if it is none
        other = "finetune" if known.starts_from else "pretrain"
        raise UserError(f"the task {name} is for `{other}`: here choose one of {', '.join(tasks)}")
    task = tasks[name]
    usual = task.folder or given.preset or task.preset or name
    folder = Path(given.output or Path("runs") / usual) if given.resume else None
    return task, starting_settings(task.settings_class, given, task.preset, folder)


def _describe(task: type[Task]) -> str:
    examples = "\n".join(f"  {example}" for example in task.examples)
    return f"{inspect.getdoc(task)}\n\nFor example:\n\n{examples}"


def _task_of_preset(given: argparse.Namespace, tasks: dict[str, type[Task]]) -> str:
    """The task that the given preset is for; "" if these are others."""
    name = preset_task(read_preset(given.preset)) if given.preset else ""
    return name if name in tasks else ""


def _task_of_run(given: argparse.Namespace) -> str:
    """The task of the run that is gone on with; "" if there is none."""
    if not (given.resume and given.output and (Path(given.output) / "config.json").is_file()):
        return ""
    return RunFolder(Path(given.output)).read_config().get("task", "")


def with_today_names(arguments: list[str]) -> list[str]:
    """The arguments, with the former name of a task replaced by what it is called today; a line on
    standard error says so."""
    given = given_options(arguments)
    if given.task not in FORMER_TASKS:
        return arguments
    task, preset = FORMER_TASKS[given.task]["task"], FORMER_PRESETS.get(given.task, given.task)
    today = ["--task", task, *([] if given.preset else ["--preset", preset])]
    print(f"--task {given.task} is {' '.join(today)} now", file=sys.stderr)
    rest = list(arguments)
    at = next(i for i, one in enumerate(rest) if one == "--task" or one.startswith("--task="))
    del rest[at : at + (2 if rest[at] == "--task" else 1)]
    return [*rest, *today]
