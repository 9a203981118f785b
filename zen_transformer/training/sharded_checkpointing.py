"""A state that lies on the devices of several processes, on disk: a folder into which each process
writes its own pieces, with Orbax. Nobody ever holds all of it while it is being written; who reads
it, gets all of it, and may be another number of processes."""

from pathlib import Path
from typing import Any

import numpy as np

from zen_transformer.errors import UserError

Arrays = dict[str, Any]


def write_sharded(path: Path, arrays: Arrays, metadata: dict[str, str]) -> None:
    """Write arrays by their names, all processes together. The folder has its name only when
    it is whole."""
    from orbax.checkpoint import StandardCheckpointer  # it takes a second to import

    with StandardCheckpointer() as checkpointer:
        checkpointer.save(path.resolve(), arrays, force=True, custom_metadata=metadata)
        checkpointer.wait_until_finished()


def read_sharded(path: Path) -> dict[str, np.ndarray]:
    """The arrays, each whole.

    Raises:
        UserError: the folder is damaged.
    """
    from orbax.checkpoint import Checkpointer, PyTreeCheckpointHandler, RestoreArgs, args

    try:
        with Checkpointer(PyTreeCheckpointHandler()) as checkpointer:
            names = checkpointer.metadata(path.resolve()).item_metadata.tree
            whole = {name: RestoreArgs(restore_type=np.ndarray) for name in names}
            how = args.PyTreeRestore(restore_args=whole)
            return checkpointer.restore(path.resolve(), args=how)
    except (ValueError, OSError, AttributeError, KeyError) as error:
        raise UserError(f"{path} is damaged: {str(error).splitlines()[0]}") from error


def read_sharded_metadata(path: Path) -> dict[str, str]:
    """What was written beside the arrays."""
    from orbax.checkpoint import StandardCheckpointer

    with StandardCheckpointer() as checkpointer:
        return checkpointer.metadata(path.resolve()).custom_metadata
