"""How a run is executed: on which devices, with which trackers. None of it changes its result."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import jax
from jax.experimental import multihost_utils

from zen_transformer.errors import UserError
from zen_transformer.runs.folder import ReadOnlyFolder, RunFolder
from zen_transformer.runs.trackers import choose_trackers
from zen_transformer.training.parallelism import Parallelism, choose_parallelism
from zen_transformer.training.profile import Profile, parse_steps


@dataclass(frozen=True, kw_only=True)
class ExecutionConfig:
    """How a run is executed."""

    mesh: str | None = None
    """How the devices are laid out, as in data=4,model=2, along data (each computes a part of the
    batch), fsdp (and holds a part of the parameters) and model (a part of the heads). If not given,
    all along data."""
    pmap: bool = False
    """Let every device run the step on its part of the batch, instead of a mesh."""
    distributed: str | None = None
    """Share the run with other processes, started with the same command: auto, where SLURM, Open
    MPI, Kubernetes or Cloud TPU say who they are, else HOST:PORT,PROCESSES,NUMBER, where the first,
    number 0, listens. The run's folder must be one that all of them see."""
    tensorboard: bool = False
    """Write the metrics for TensorBoard as well; needs tensorboardX."""
    wandb: bool = False
    """Send the metrics to Weights & Biases as well; needs wandb."""
    profile: str | None = None
    """Write a trace of the training steps FIRST:LAST into the run's folder, to be opened with xprof
    or at ui.perfetto.dev."""
    debug_nans: bool = False
    """Where a loss is not finite, go through the steps since the last checkpoint once more and say
    which layer it comes from."""

    def join(self) -> Parallelism:
        """Meet the other processes, if there are any, and choose how to use the devices. To be
        called before anything is computed with JAX.

        Raises:
            UserError: they cannot be met, or the mesh does not fit.
        """
        parse_steps(self.profile)
        if self.distributed is not None:
            join_processes(self.distributed)
        return choose_parallelism(self.mesh, self.pmap)

    def folder(self, path: Path) -> RunFolder:
        """The run's folder as this process may use it: only the first one writes."""
        return RunFolder(path) if is_first() else ReadOnlyFolder(path)

    def track(self, run: RunFolder) -> None:
        """Send the run's metrics to the trackers that were asked for."""
        if is_first():
            run.trackers = choose_trackers(run.path, self.tensorboard, self.wandb)

    def profiler(self, run: RunFolder) -> Profile:
        """What writes the trace."""
        return Profile(run.path / "profile", parse_steps(self.profile))


def join_processes(who: str) -> None:
    """`jax.distributed.initialize`, which detects the usual clusters.

    Raises:
        UserError: what is given is not understood, or no cluster is there.
    """
    address, *numbers = who.split(",")
    if who != "auto" and not (len(numbers) == 2 and all(n.isdecimal() for n in numbers)):
        raise UserError(f"distributed is {who}: give auto or HOST:PORT,PROCESSES,NUMBER")
    try:
        if who == "auto":
            jax.distributed.initialize()
        else:
            processes, number = map(int, numbers)
            jax.distributed.initialize(address, processes, number)
    except (ValueError, RuntimeError) as error:
        raise UserError(
            f"distributed is {who}, and that failed: {str(error).splitlines()[0]}"
        ) from error


def is_first() -> bool:
    """Whether this process is the one that writes."""
    return jax.process_index() == 0


@contextmanager
def first_alone() -> Iterator[None]:
    """The first process goes through the block, then the others do.

    Raises:
        UserError: in the others, where the first one did not come through.
    """
    if jax.process_count() == 1:
        yield
    elif is_first():
        done = False
        try:
            yield
            done = True
        finally:
            multihost_utils.broadcast_one_to_all(done)
    else:
        if not multihost_utils.broadcast_one_to_all(False):
            raise UserError("the first process could not go on: see what it says")
        yield
