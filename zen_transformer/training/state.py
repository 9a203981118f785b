"""A training's states on disk. Each is written aside and renamed, so that it is always whole.

step-00000704.safetensors    the newest few
best.safetensors             the one that did best on what was held out
"""

from pathlib import Path

import jax
import numpy as np
from safetensors import safe_open

from zen_transformer.checkpoints.files import read_tensors, write_tensors
from zen_transformer.errors import UserError
from zen_transformer.files import make_folder
from zen_transformer.training.step import TrainState

FORMAT = "1"
"""Changes when what is written does; files of another format are refused."""


def save_state(path: Path, state: TrainState, **metadata: str) -> None:
    """Write every array under its path in the state."""
    make_folder(path.parent)
    leaves = jax.tree_util.tree_leaves_with_path(jax.device_get(state))
    write_tensors(
        path,
        {jax.tree_util.keystr(p): np.asarray(leaf) for p, leaf in leaves},
        {"format_version": FORMAT, **metadata},
    )


def load_state(path: Path, like: TrainState) -> TrainState:
    """The saved state, in the structure of `like`.

    Raises:
        UserError: the file is damaged, of another format, or belongs to another model or
            optimizer.
    """
    tensors = read_tensors(path)
    version = read_metadata(path).get("format_version", "none")
    if version != FORMAT:
        raise UserError(
            f"{path} is a checkpoint of format {version}, this version reads {FORMAT}: start afresh"
        )

    def take(key_path, leaf):
        name = jax.tree_util.keystr(key_path)
        if name not in tensors or tensors[name].shape != leaf.shape:
            raise UserError(f"{path} does not fit this run: {name} is missing or of another shape")
        return jax.numpy.asarray(tensors[name], leaf.dtype)

    restored = jax.tree.map_with_path(take, like)
    unknown = set(tensors) - {
        jax.tree_util.keystr(key_path) for key_path, _ in jax.tree_util.tree_leaves_with_path(like)
    }
    if unknown:
        raise UserError(f"{path} does not fit this run: it also holds {min(unknown)}")
    return restored


def read_metadata(path: Path) -> dict[str, str]:
    """What was written beside the arrays of a safetensors file."""
    with safe_open(path, "numpy") as file:
        return file.metadata() or {}


class Checkpoints:
    """The states kept of one training.

    Args:
        folder: where they are.
        keep: how many of the newest stay.
    """

    def __init__(self, folder: Path, keep: int = 2):
        self.folder, self.keep = folder, keep
        self.best = folder / "best.safetensors"

    def newest(self) -> Path | None:
        """The last state that was written."""
        return max(self.folder.glob("step-*.safetensors"), default=None)

    def save(self, state: TrainState) -> None:
        """Write a state, then let go of the oldest."""
        save_state(self.folder / f"step-{int(state.step):08d}.safetensors", state)
        for old in sorted(self.folder.glob("step-*.safetensors"))[: -self.keep]:
            old.unlink()

    def save_best(self, state: TrainState, loss: float, measured_on: str) -> None:
        """Write a state, unless a better one is there that was measured on the same."""
        if self.best.is_file():
            known = read_metadata(self.best)
            if known["measured_on"] == measured_on and loss > float(known["loss"]):
                return
        save_state(self.best, state, loss=repr(loss), measured_on=measured_on)

    def restore(self, like: TrainState) -> TrainState:
        """The newest state in the structure of `like`; `like` itself where there is none.

        Raises:
            UserError: the file cannot be used; says which is the one before it.
        """
        newest = self.newest()
        if newest is None:
            return like
        try:
            return load_state(newest, like)
        except UserError as error:
            raise UserError(f"{error}; delete it to go on from the one before") from error
