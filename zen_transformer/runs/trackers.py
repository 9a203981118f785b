"""For those who watch a run while it trains: each line of its metrics goes to TensorBoard or to
Weights & Biases as well."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from zen_transformer.errors import UserError

Watcher = Callable[[str, int, dict[str, Any]], None]
"""Is told the stage, the step and the values."""


def choose_watchers(folder: Path, tensorboard: bool, wandb: bool) -> list[Watcher]:
    """Those that were asked for.

    Raises:
        UserError: what one of them needs is not installed.
    """
    chosen = []
    if tensorboard:
        chosen.append(to_tensorboard(folder))
    if wandb:
        chosen.append(to_wandb(folder))
    return chosen


def to_tensorboard(folder: Path) -> Watcher:
    """Event files in the run's folder: `tensorboard --logdir runs` shows them."""
    writer = _needed("tensorboardX").SummaryWriter(str(folder / "tensorboard"), flush_secs=1)

    def watch(stage: str, step: int, values: dict[str, Any]) -> None:
        for name, value in values.items():
            if isinstance(value, int | float):
                writer.add_scalar(f"{stage}/{name}", value, step)

    return watch


def to_wandb(folder: Path) -> Watcher:
    """A run of the project zen-transformer, under the folder's name."""
    run = _needed("wandb").init(project="zen-transformer", name=folder.name)

    def watch(stage: str, step: int, values: dict[str, Any]) -> None:
        run.log({f"{stage}/{name}": value for name, value in {"step": step, **values}.items()})

    return watch


def _needed(package: str) -> Any:
    try:
        return importlib.import_module(package)
    except ImportError as error:
        raise UserError(
            f"{package} is not installed: pip install {package}, or leave the option out"
        ) from error
