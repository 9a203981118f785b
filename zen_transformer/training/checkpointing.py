"""The states of a training on disk. A file is written under another name and then renamed, so that
it is always complete.

    step-00000704.safetensors    the newest few
    best.safetensors             the one with the lowest held-out loss

Where several processes share a training, they are folders into which each process writes: `.orbax`.
"""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import jax
import numpy as np
from safetensors import safe_open

from zen_transformer.checkpoints.files import read_tensors, write_tensors
from zen_transformer.errors import UserError
from zen_transformer.files import make_folder
from zen_transformer.training.sharded_checkpointing import (
    read_sharded,
    read_sharded_metadata,
    write_sharded,
)
from zen_transformer.training.step import TrainState

FORMAT = "1"
"""Changes with the content of the files; those of another format are refused."""
CHECKSUM = "sha256"
"""In the metadata: of the arrays. Files of former versions do not have it."""
FILE, SHARDED = ".safetensors", ".orbax"


def save_state(path: Path, state: TrainState, **metadata: str) -> None:
    """Write every array under its path in the state, and `metadata` beside them; sharded, if the
    name ends with `.orbax`."""
    make_folder(path.parent)
    arrays = {jax.tree_util.keystr(p): leaf for p, leaf in jax.tree.leaves_with_path(state)}
    metadata = {"format_version": FORMAT, **metadata}
    if path.suffix == SHARDED:
        write_sharded(path, arrays, metadata)
    else:
        tensors = {name: np.asarray(leaf) for name, leaf in arrays.items()}
        write_tensors(path, tensors, {CHECKSUM: checksum(tensors), **metadata})


def checksum(tensors: dict[str, np.ndarray]) -> str:
    """Hash arrays with their names, types and shapes."""
    digest = hashlib.sha256()
    for name, array in sorted(tensors.items()):
        digest.update(f"{name} {array.dtype} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
    return digest.hexdigest()


def load_state(path: Path, like: TrainState) -> TrainState:
    """Read a state into the structure, the shapes and the types of `like`.

    Raises:
        UserError: the file is damaged, of another format, or belongs to another model or
            optimizer, or to one that trains other parameters.
    """
    tensors = read_sharded(path) if path.suffix == SHARDED else read_tensors(path)
    metadata = read_metadata(path)
    version = metadata.get("format_version", "none")
    if version != FORMAT:
        raise UserError(
            f"{path} is a checkpoint of format {version}, this version reads {FORMAT}: start afresh"
        )
    if CHECKSUM in metadata and metadata[CHECKSUM] != checksum(tensors):
        raise UserError(f"{path} is damaged: its arrays changed since they were written")

    def take(key_path, leaf):
        name = jax.tree_util.keystr(key_path)
        if name not in tensors or tensors[name].shape != leaf.shape:
            raise UserError(f"{path} does not fit this run: {name} is missing or of another shape")
        if tensors[name].dtype != leaf.dtype:
            raise UserError(
                f"{path} does not fit this run: {name} has numbers of type {tensors[name].dtype}, "
                f"not {leaf.dtype}"
            )
        return jax.numpy.asarray(tensors.pop(name))

    restored = jax.tree.map_with_path(take, like)
    if tensors:
        raise UserError(f"{path} does not fit this run: it also holds {min(tensors)}")
    return restored


def read_metadata(path: Path) -> dict[str, str]:
    """Read what was written beside the arrays."""
    if path.suffix == SHARDED:
        return read_sharded_metadata(path)
    with safe_open(path, "numpy") as file:
        return file.metadata() or {}


class Checkpoints:
    """The checkpoints of one training.

    Args:
        folder: where they are.
        keep: number of the newest that are kept.
    """

    def __init__(self, folder: Path, keep: int = 2):
        self.folder, self.keep = folder, keep
        self.suffix = SHARDED if jax.process_count() > 1 else FILE
        self.best = folder / f"best{self.suffix}"

    def states(self) -> list[Path]:
        """List the checkpoints, the newest last."""
        paths = self.folder.glob("step-*")
        return sorted(path for path in paths if path.suffix in (FILE, SHARDED))

    def newest(self) -> Path | None:
        """Return the newest checkpoint; None, if there is none."""
        return max(self.states(), default=None)

    def save(self, state: TrainState, unreported: list[dict[str, Any]] | None = None) -> None:
        """Write a state and `Progress.unreported`, then delete the oldest checkpoints."""
        path = self.folder / f"step-{int(state.step):08d}{self.suffix}"
        rows = json.dumps(unreported or [], default=float)
        save_state(path, state, unreported=rows)
        if jax.process_index() == 0:
            for old in self.states()[: -self.keep]:
                shutil.rmtree(old) if old.is_dir() else old.unlink()

    def save_best(self, state: TrainState, loss: float, measured_on: str) -> None:
        """Write a state as the best one, unless its loss is above that of the present one.

        Args:
            state: the state.
            loss: its held-out loss.
            measured_on: the held-out data in words; losses on other data do not compare.
        """
        if self.best.exists():
            best = read_metadata(self.best)
            if best["measured_on"] == measured_on and loss > float(best["loss"]):
                return
        save_state(self.best, state, loss=repr(loss), measured_on=measured_on)

    def restore(self, like: TrainState) -> TrainState:
        """Read the newest state in the structure of `like`; return `like` if there is none.

        Raises:
            UserError: the checkpoint does not fit or is damaged.
        """
        newest = self.newest()
        if newest is None:
            return like
        try:
            return load_state(newest, like)
        except UserError as error:
            raise UserError(f"{error}; delete it to go on from the one before") from error

    def unreported(self) -> list[dict[str, Any]]:
        """Read `Progress.unreported` of the newest checkpoint."""
        newest = self.newest()
        return [] if newest is None else json.loads(read_metadata(newest).get("unreported", "[]"))
