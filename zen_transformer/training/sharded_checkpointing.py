"""A state that is spread over the devices of several processes, on disk: a folder into which each
process writes its shards, with Orbax. No process holds the whole state while it is written. It is
read whole, by any number of processes."""

from pathlib import Path
from typing import Any

import numpy as np

from zen_transformer.errors import UserError

Arrays = dict[str, Any]


def write_sharded(path: Path, arrays: Arrays, metadata: dict[str, str]) -> None:
    """Write arrays by name, all processes together. A complete folder is given its name last."""
    from orbax.checkpoint import StandardCheckpointer  # takes a second to import

    with StandardCheckpointer() as checkpointer:
        checkpointer.save(path.resolve(), arrays, force=True, custom_metadata=metadata)
        checkpointer.wait_until_finished()


def read_sharded(path: Path) -> dict[str, np.ndarray]:
    """Read all arrays whole, by name.

    Raises:
        UserError: the folder is damaged.
    """
    from orbax.checkpoint import Checkpointer, PyTreeCheckpointHandler, RestoreArgs, args

    try:
        with Checkpointer(PyTreeCheckpointHandler()) as checkpointer:
            names = checkpointer.metadata(path.resolve()).item_metadata.tree
            as_numpy = {name: RestoreArgs(restore_type=np.ndarray) for name in names}
            restore = args.PyTreeRestore(restore_args=as_numpy)
            return checkpointer.restore(path.resolve(), args=restore)
    except (ValueError, OSError, AttributeError, KeyError) as error:
        raise UserError(f"{path} is damaged: {str(error).splitlines()[0]}") from error


def read_sharded_metadata(path: Path) -> dict[str, str]:
    """Read what was written beside the arrays."""
    from orbax.checkpoint import StandardCheckpointer

    with StandardCheckpointer() as checkpointer:
        return checkpointer.metadata(path.resolve()).custom_metadata
