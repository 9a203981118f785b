"""Experiment trackers: each line of a run's metrics goes to TensorBoard or Weights & Biases too."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from zen_transformer.errors import UserError

Tracker = Callable[[str, int, dict[str, Any]], None]
"""Called with the stage, the step and the values."""


def choose_trackers(folder: Path, tensorboard: bool, wandb: bool) -> list[Tracker]:
    """The trackers that were asked for.

    Raises:
        UserError: what one of them needs is not installed.
    """
    chosen = []
    if tensorboard:
        chosen.append(tensorboard_tracker(folder))
    if wandb:
        chosen.append(wandb_tracker(folder))
    return chosen


def tensorboard_tracker(folder: Path) -> Tracker:
    """Write event files into the run's folder: `tensorboard --logdir runs` shows them."""
    writer = _imported("tensorboardX").SummaryWriter(str(folder / "tensorboard"), flush_secs=1)

    def track(stage: str, step: int, values: dict[str, Any]) -> None:
        for name, value in values.items():
            if isinstance(value, int | float):
                writer.add_scalar(f"{stage}/{name}", value, step)

    return track


def wandb_tracker(folder: Path) -> Tracker:
    """Send to a run of the project zen-transformer, under the folder's name."""
    run = _imported("wandb").init(project="zen-transformer", name=folder.name)

    def track(stage: str, step: int, values: dict[str, Any]) -> None:
        run.log({f"{stage}/{name}": value for name, value in {"step": step, **values}.items()})

    return track


def _imported(package: str) -> Any:
    try:
        return importlib.import_module(package)
    except ImportError as error:
        raise UserError(
            f"{package} is not installed: pip install {package}, or leave the option out"
        ) from error
