"""A training's state on disk, written aside and renamed, so that it is always whole."""

from pathlib import Path

import jax
import numpy as np

from zen_transformer.checkpoints.files import read_tensors, write_tensors
from zen_transformer.errors import UserError
from zen_transformer.training.step import TrainState


def save_state(path: Path, state: TrainState) -> None:
    """Write every array under its path in the state."""
    path.parent.mkdir(parents=True, exist_ok=True)
    leaves = jax.tree_util.tree_leaves_with_path(jax.device_get(state))
    write_tensors(path, {jax.tree_util.keystr(p): np.asarray(leaf) for p, leaf in leaves})


def load_state(path: Path, like: TrainState) -> TrainState:
    """The saved state, in the structure of `like`.

    Raises:
        UserError: the file belongs to another model or optimizer.
    """
    if not path.is_file():
        raise UserError(f"no checkpoint {path}: leave out --resume to start afresh")
    tensors = read_tensors(path)

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
