"""zen-transformer: BERT from the equations up. Start with `zen-transformer quickstart`."""

import argparse
import functools
import inspect
import os
import signal
import sys
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from tyro.extras import SubcommandApp

from zen_transformer.errors import UserError
from zen_transformer.presets.loading import (
    DEFAULT,
    PRESETS,
    TASKS,
    AnySettings,
    any_preset,
    load_preset,
    settings_from,
)
from zen_transformer.tasks.settings import RunSettings, part
from zen_transformer.training.allocator import keep_freed_memory

USER_MISTAKE = 2

GROUPS = {
    "tokenizer": "Vocabularies: learn one, or see it at work.",
    "exercise": "The exercises of the lessons.",
    "mistake": "The mistakes that people make: list, show, or run one.",
}
"""Commands that have commands of their own."""


class Stopped(KeyboardInterrupt):
    """A signal said to stop."""

    def __init__(self, number: int):
        self.number = number


def stop(number: int, frame: Any) -> None:
    """Do on SIGTERM what Ctrl-C does, also where a shell started us with that ignored."""
    raise Stopped(number)


def chosen_settings(arguments: list[str]) -> AnySettings:
    """What the options start from: the preset that was asked for or, where a run is resumed or
    evaluated, what its `config.json` keeps."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    for option in ("--preset", "--name", "--output", "--model", "--task"):
        parser.add_argument(option)
    parser.add_argument("--runs", default="runs")
    parser.add_argument("--corpus", nargs="*", default=[])
    parser.add_argument("--resume", action="store_true")
    try:
        given, rest = parser.parse_known_args(arguments)
    except (argparse.ArgumentError, SystemExit):
        return load_preset()  # the real parser will say what is wrong
    if given.task not in (None, *PRESETS):
        raise UserError(f"task is {given.task}: choose one of {', '.join(PRESETS)}")
    preset = given.preset or PRESETS[given.task or "bert"]
    if not given.preset and preset == DEFAULT and given.corpus == ["chinese"]:
        preset = "chinese"
    folder = None
    if given.resume and rest[:1] != ["prefer"]:  # whose settings are no task's
        folder = Path(given.output or Path(given.runs) / (given.name or Path(preset).stem))
    elif rest[:1] == ["evaluate"] and given.model:
        folder = Path(given.model)
    if folder and all((folder / name).is_file() for name in ("stages.json", "config.json")):
        return settings_from(folder / "config.json")
    # Only `pretrain` is there for every task.
    settings = any_preset(preset) if rest[:1] == ["pretrain"] else load_preset(preset)
    if given.task not in (None, settings.task):
        raise UserError(
            f"task is {given.task}, the preset {preset} is for {settings.task}: leave one of the "
            "two out"
        )
    return settings


def with_settings(command: Callable, settings: AnySettings) -> Callable:
    """The command with other defaults, which its help shows, too; one for another task as it is."""
    signature = inspect.signature(command)
    parameter = signature.parameters.get("settings")
    if parameter is None:
        return command
    if type(parameter.default) is type(settings):
        default = settings
    elif isinstance(settings, RunSettings) and type(parameter.default) not in TASKS.values():
        default = part(type(parameter.default), settings)
    else:
        return command

    @functools.wraps(command)
    def changed(settings=default, **options):
        return command(settings=settings, **options)

    others = [entry for entry in signature.parameters.values() if entry is not parameter]
    changed.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[*others, parameter.replace(default=default, kind=parameter.KEYWORD_ONLY)]
    )
    return changed


def build(arguments: list[str]) -> SubcommandApp:
    """The commands; their options are generated from the functions and their dataclasses.

    In the list of all commands each is described by its first line.
    """
    from zen_transformer.commands.art import art
    from zen_transformer.commands.assignment import assignment
    from zen_transformer.commands.choose import choose
    from zen_transformer.commands.classify import classify
    from zen_transformer.commands.compare import compare
    from zen_transformer.commands.compare_runs import compare_runs
    from zen_transformer.commands.compare_sampling import compare_sampling
    from zen_transformer.commands.corpus import corpus
    from zen_transformer.commands.evaluate import evaluate
    from zen_transformer.commands.exercise import list_exercises
    from zen_transformer.commands.export import export
    from zen_transformer.commands.fill_mask import fill_mask
    from zen_transformer.commands.finetune import finetune
    from zen_transformer.commands.generate import generate
    from zen_transformer.commands.gibbs import gibbs
    from zen_transformer.commands.grade import grade
    from zen_transformer.commands.mistake import list_mistakes, run_mistake, show_mistake
    from zen_transformer.commands.prefer import prefer
    from zen_transformer.commands.pretrain import pretrain
    from zen_transformer.commands.pretrain_gpt import pretrain_gpt
    from zen_transformer.commands.pretrain_pairs import pretrain_couplets, pretrain_translation
    from zen_transformer.commands.quickstart import quickstart
    from zen_transformer.commands.report import report
    from zen_transformer.commands.textbook import textbook
    from zen_transformer.commands.tokenizer import train_tokenizer
    from zen_transformer.commands.tokenizer_show import show_tokenizer
    from zen_transformer.commands.translate import translate

    brief = set(arguments) <= {"-h", "--help", *GROUPS}
    settings = load_preset() if brief else chosen_settings(arguments)

    def add(app: SubcommandApp, command: Callable, name: str | None = None) -> None:
        first_line = (command.__doc__ or "").split("\n")[0]
        app.command(name=name, help=first_line if brief else None)(with_settings(command, settings))

    groups = {name: SubcommandApp() for name in GROUPS}
    add(groups["tokenizer"], train_tokenizer, "train")
    add(groups["tokenizer"], show_tokenizer, "show")
    add(groups["exercise"], list_exercises, "list")
    add(groups["mistake"], list_mistakes, "list")
    add(groups["mistake"], show_mistake, "show")
    add(groups["mistake"], run_mistake, "run")
    app = SubcommandApp()
    pretrain_task: dict[str, Callable] = {
        "bert": pretrain,
        "causal-lm": pretrain_gpt,
        "translation": pretrain_translation,
        "couplets": pretrain_couplets,
    }
    work: list[Callable] = [quickstart, finetune, evaluate, fill_mask, classify, generate, art]
    work += [gibbs, translate, choose, prefer, compare_sampling]
    results: list[Callable] = [export, report, compare_runs, compare, corpus, textbook]
    lessons: list[Callable] = [assignment, grade]
    for command in work + results + lessons:
        add(app, command)
        if command is quickstart:
            add(app, pretrain_task[settings.task], "pretrain")
    for name, description in GROUPS.items():
        app.command(groups[name], name=name, help=description)
    return app


def main() -> None:
    """Run a command. What a person can mend is one line on standard error and exit code 2."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    keep_freed_memory()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal that has not all characters
            stream.reconfigure(errors="backslashreplace")
    try:
        build(sys.argv[1:]).cli(prog="zen-transformer", description=__doc__)
    except UserError as error:
        _say(error)
        sys.exit(USER_MISTAKE)
    except BrokenPipeError:  # as in `zen-transformer --help | head`
        sys.stderr.close()
        sys.exit(USER_MISTAKE)
    except OSError as error:  # a full disk, a folder that cannot be written to
        _say(f"{error.filename or 'the system'}: {error.strerror or error}")
        sys.exit(USER_MISTAKE)
    except KeyboardInterrupt as stopped:
        _say("stopped; what was finished is kept, and --resume goes on with a run")
        sys.stdout.flush()
        sys.stderr.flush()
        # Not sys.exit: it takes JAX apart while its threads still compute, and they crash.
        os._exit(128 + getattr(stopped, "number", signal.SIGINT))


def _say(message: object) -> None:
    print(f"zen-transformer: {message}", file=sys.stderr)


if __name__ == "__main__":
    main()
