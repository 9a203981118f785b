"""`zen-transformer evaluate`: how well a trained model does on held-out texts, or on one's own."""

import json
import math
from pathlib import Path
from typing import Annotated, Any, Literal

from tyro.conf import Positional, arg

from zen_transformer.checkpoints.files import CONFIG
from zen_transformer.commands.options import (
    HELP_OF_MODEL,
    flat,
    given_options,
    parse,
    starting_settings,
)
from zen_transformer.errors import UserError
from zen_transformer.files import read_json
from zen_transformer.hub import cached_folder
from zen_transformer.inference.folders import is_run
from zen_transformer.metric import flat_values
from zen_transformer.printing import print
from zen_transformer.tasks.registry import (
    task_class,
    task_names,
    task_that_measures,
    tasks_of,
)
from zen_transformer.tasks.task import Inputs, Task, TaskSettings

DESCRIPTION = """Measure a model on the texts that its run held out, or on texts of your own.

A GPT gets a perplexity, a BERT its masked words (and next sentences of what was held out), a
classifier and a tagger how much is right, an encoder-decoder chrF and BLEU. Texts of your own are
measured from the first to the last. For a run's folder the settings are that run's, and so the
figures of what it held out are those that it ended with.

For example:

  zen-transformer evaluate --model runs/quickstart
  zen-transformer evaluate --model runs/quickstart --corpus movie-reviews
  zen-transformer evaluate letters.txt --model runs/gpt
  zen-transformer evaluate reviews.csv --model runs/quickstart --task classification
  zen-transformer evaluate pairs.tsv --model runs/translation
  zcat letters.gz | zen-transformer evaluate - --model runs/gpt"""
HELP_OF_TEXTS = (
    "Texts of your own, - for standard input: what --corpus, --data or --pairs of the task take. "
    "If not given, what the settings hold out."
)
HELP_OF_TASK = "By which task the model is measured; if not given, the one that it is a model of."


def command(arguments: list[str]) -> dict[str, float]:
    """Measure a trained model on held-out texts, or on texts of your own."""
    given = given_options(arguments)
    folder = Path(given.model) if given.model else None
    task = _chosen_task(folder, given.task)
    fields: dict[str, tuple[Any, Any]] = {
        "texts": (
            Annotated[str | None, Positional, arg(metavar="[FILE]", help=HELP_OF_TEXTS)],
            None,
        ),
        "model": (Annotated[Path, arg(help=HELP_OF_MODEL)], ...),
        "task": (Annotated[Literal[tuple(_measuring())], arg(help=HELP_OF_TASK)], task.name()),
        "settings": (flat(task.settings_class), _start(task, given, folder)),
    }
    options = parse("zen-transformer evaluate", DESCRIPTION, arguments, fields)
    return evaluate(task(options.settings, Inputs(model=options.model)), options.texts)


def evaluate(task: Task, texts: str | None = None) -> dict[str, float]:
    """Measure a model and print the figures.

    Args:
        task: with the model among its inputs, and the settings by which it is measured.
        texts: the path of texts of one's own; None for those that the settings hold out.
    """
    result = flat_values(task.measure_model(texts))
    for name, value in result.items():
        if not math.isfinite(value):
            raise UserError(
                f"{task.inputs.model}: the {name} is {value}: take weights of another training"
            )
    print(json.dumps(result, indent=2))
    return result


def _measuring() -> list[str]:
    """The tasks that measure models."""
    return [name for name in task_names() if task_class(name).measures]


def _chosen_task(folder: Path | None, name: str | None) -> type[Task]:
    """The task that was asked for, or else the first of a run's that measures models, or that which
    measures a model like the one in the folder."""
    if name and not task_class(name).measures:
        choices = ", ".join(_measuring())
        raise UserError(f"the task {name} measures no models: choose one of {choices}")
    if name:
        return task_class(name)
    config = _config(folder)
    if folder and is_run(folder):
        of_run = [task for task in tasks_of(config) if task.measures]
        config = read_json(folder / "model" / CONFIG) if not of_run else config
        return of_run[0] if of_run else task_that_measures(config) or task_class("bert")
    return task_that_measures(config) or task_class("bert")


def _config(folder: Path | None) -> dict[str, Any]:
    """The config.json of a model or a run; nothing, if there is none: who reads the model says what
    is missing."""
    path = cached_folder(folder) / CONFIG if folder else None
    return read_json(path) if path and path.is_file() else {}


def _start(task: type[Task], given: Any, folder: Path | None) -> TaskSettings:
    """The settings that options go on top of: those of a run of the task or, with as many positions
    as the model has, those of the preset."""
    kind = task.settings_class
    config = _config(folder)
    if folder and is_run(folder) and task in tasks_of(config):
        return starting_settings(kind, given, task.preset, folder)
    settings = starting_settings(kind, given, task.preset, None)
    positions = config.get("max_position_embeddings", config.get("n_positions"))
    return settings.with_positions(positions) if isinstance(positions, int) else settings
