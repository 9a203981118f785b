"""Runs of former versions: their settings under the names that they have today."""

import dataclasses
import json
from typing import Any

from zen_transformer.errors import UserError
from zen_transformer.presets.overrides import flatten

FORMER_TASKS: dict[str, dict[str, Any]] = {
    "translation": {"task": "seq2seq"},
    "couplets": {
        "task": "seq2seq",
        "scores": "answers",
        "tokenizer": {"kind": "characters"},
    },
}
"""Former names of tasks, and the settings that say the same today."""
FORMER_PRESETS = {"couplets": "xiehouyu"}


def upgraded(config: dict[str, Any]) -> dict[str, Any]:
    """The content of a run's `config.json`. One that names no task is of a version in which only
    pretraining had names, or of a fine-tuning.

    Raises:
        UserError: the task or the preset is no name.
    """
    config = dict(config)
    for name in ("task", "preset"):
        if not isinstance(config.get(name, ""), str):
            raise UserError(f"config.json of the run: {name} is {config[name]!r:.40}, not a name")
    if "task" not in config:
        pretrained = "model" in config or "finetuning" not in config
        config["task"] = "bert" if pretrained else "classification"
    if config["task"] in FORMER_TASKS:
        for name, value in FORMER_TASKS[config["task"]].items():
            config[name] = {**config.get(name, {}), **value} if isinstance(value, dict) else value
        config["preset"] = FORMER_PRESETS.get(config.get("preset", ""), config.get("preset", ""))
    return config


def former_task(config: dict[str, Any]) -> str:
    """The name under which a run's task is not known any more; "" if it is."""
    return config["task"] if config.get("task") in FORMER_TASKS else ""


def defaults(settings: Any) -> dict[str, Any]:
    """The defaults of a dataclass of settings by their dotted names, as JSON has them."""
    return flatten(json.loads(json.dumps(_defaults(type(settings)), default=str)))


def _defaults(kind: type) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field in dataclasses.fields(kind):
        value: Any = field.default
        if field.default_factory is not dataclasses.MISSING:
            value = field.default_factory()
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            values[field.name] = dataclasses.asdict(value)
        elif value is not dataclasses.MISSING:
            values[field.name] = value
    return values
