"""Parallelism: running the one step on one device, with `pmap`, or over a mesh of devices.

    OneDevice      jit(step)
    Pmap           every device has all parameters and its part of the batch; the step adds its
                   sums up over the axis of the devices. What the textbooks show.
    MeshOfDevices  jit(step) of arrays that are sharded over several devices; the sharding of each
                   array is given, and the compiler inserts the communication. The default. The
                   devices may belong to several processes, on several machines.

A mesh has up to three axes:

    data     each device computes its part of the batch; parameters are replicated
    fsdp     the same, but each parameter and its optimizer state are sharded; a device gathers a
             parameter when it is needed (Rajbhandari et al. 2020, ZeRO-3)
    model    each device computes some of the heads, of the feed-forward network's inner units
             and of the vocabulary (Shoeybi et al. 2019, section 3)
"""

import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Protocol

import jax
from flax import jax_utils
from jax.experimental import multihost_utils
from jax.sharding import AxisType, NamedSharding
from jax.sharding import PartitionSpec as P

from zen_transformer.errors import UserError
from zen_transformer.training.step import HostBatch, Step, TrainState, parameter_name

AXES = ("data", "fsdp", "model")
BATCH_AXES = ("data", "fsdp")

PARTITION_RULES = [
    (r"attention/(query|key|value)/kernel", P("fsdp", "model")),  # the columns are the heads
    (r"attention/(query|key|value)/bias", P(("model", "fsdp"))),
    (r"attention/output/kernel", P("model", "fsdp")),
    (r"feed_forward/input/kernel", P("fsdp", "model")),
    (r"feed_forward/input/bias", P(("model", "fsdp"))),
    (r"feed_forward/output/kernel", P("model", "fsdp")),
    (r"token/table", P(("model", "fsdp"))),
    (r"masked_lm_head/bias", P(("model", "fsdp"))),
    (r"(kernel|bias|scale|table)", P("fsdp")),
]
"""How parameters are sharded over a mesh: by the first pattern that matches the end of their name.
The optimizer's averages have the names of their parameters and are sharded like them. An array that
matches no pattern is replicated."""


Rows = Sequence[int]


class Parallelism(Protocol):
    """How a step runs on the devices."""

    axis: str | None
    """The argument of `make_step` with this name."""
    batch_shards: int
    """Number of parts into which the examples of a batch are divided."""

    def compile(self, step: Step) -> Step:
        """Compile a step; return the same function each time for the same step. It takes a placed
        state, whose memory it uses again, a placed batch and what is the same in all steps."""
        ...

    def place_state(self, state: TrainState) -> TrainState:
        """Put a state on the devices."""
        ...

    def rows(self, examples: int) -> Rows:
        """Return the numbers of the examples of a batch that this process provides."""
        ...

    def place_batch(self, batch: HostBatch) -> Any:
        """Put the rows of this process on the devices, while the step before is still running."""
        ...

    def unplace(self, state: TrainState) -> TrainState:
        """Return a placed state in the shapes it had before; its arrays may still be sharded."""
        ...


class OneDevice:
    """Run the step with `jit` on one device."""

    axis: str | None = None
    batch_shards = 1

    def compile(self, step: Step) -> Step:
        return jax.jit(step, donate_argnums=0)

    def place_state(self, state: TrainState) -> TrainState:
        return jax.device_put(state)

    def rows(self, examples: int) -> Rows:
        return range(examples)

    def place_batch(self, batch: HostBatch) -> Any:
        return jax.device_put(batch)

    def unplace(self, state: TrainState) -> TrainState:
        return state


class Pmap:
    """Run the step with `pmap` on every device of this process, each with its rows of the batch.

    Raises:
        UserError: there are several processes.
    """

    axis: str | None = "devices"

    def __init__(self):
        if jax.process_count() > 1:
            raise UserError(
                f"pmap runs in one process, there are {jax.process_count()}: leave it out, they "
                "share a mesh"
            )
        self.devices = jax.local_devices()
        self.batch_shards = len(self.devices)
        self.compile = cache(self._compile)

    def _compile(self, step: Step) -> Step:
        replicated = jax.pmap(step, self.axis, in_axes=(0, 0, None), donate_argnums=0)

        def run(state, batch, training):
            state, metrics = replicated(state, batch, training)
            return state, jax_utils.unreplicate(metrics)

        return run

    def place_state(self, state: TrainState) -> TrainState:
        return jax_utils.replicate(state, self.devices)

    def rows(self, examples: int) -> Rows:
        check_divides(examples, self.batch_shards)
        return range(examples)

    def place_batch(self, batch: HostBatch) -> Any:
        return {
            name: values.reshape(self.batch_shards, -1, *values.shape[1:])
            for name, values in batch.items()
        }

    def unplace(self, state: TrainState) -> TrainState:
        return jax_utils.unreplicate(state)


class MeshOfDevices:
    """Run the step with `jit` over a mesh.

    Args:
        sizes: number of devices along each axis; their product is the number of all devices.

    Raises:
        UserError: the product is another number.
    """

    axis: str | None = None

    def __init__(self, sizes: dict[str, int]):
        count, devices = jax.device_count(), math.prod(sizes.values())
        if devices != count:
            mesh = ",".join(f"{axis}={size}" for axis, size in sizes.items())
            raise UserError(
                f"the mesh {mesh} is of {devices} devices, there are {count}: choose sizes whose "
                f"product is {count}"
            )
        sizes = {axis: sizes.get(axis, 1) for axis in AXES}
        self.mesh = jax.make_mesh(
            tuple(sizes.values()), AXES, axis_types=(AxisType.Auto,) * len(AXES)
        )
        self.batch_sharding = NamedSharding(self.mesh, P(BATCH_AXES))
        self.batch_shards = sizes["data"] * sizes["fsdp"]
        self.compile = cache(self._compile)

    def _compile(self, step: Step) -> Step:
        def run(state, batch, training):
            state, metrics = step(state, batch, training)
            return jax.lax.with_sharding_constraint(state, self.shardings(state)), metrics

        return jax.jit(run, donate_argnums=0)

    def shardings(self, state: TrainState) -> Any:
        """Return the sharding of each array of a state."""
        return jax.tree.map_with_path(
            lambda path, leaf: NamedSharding(
                self.mesh, partition_spec(path, leaf.shape, self.mesh.shape)
            ),
            state,
        )

    def place_state(self, state: TrainState) -> TrainState:
        return jax.device_put(state, self.shardings(state))

    def rows(self, examples: int) -> Rows:
        check_divides(examples, self.batch_shards)
        indices = self.batch_sharding.addressable_devices_indices_map((examples,)).values()
        return sorted({row for index in indices if index for row in range(examples)[index[0]]})

    def place_batch(self, batch: HostBatch) -> Any:
        return jax.make_array_from_process_local_data(self.batch_sharding, batch)

    def unplace(self, state: TrainState) -> TrainState:
        return state


def gathered(tree: Any) -> Any:
    """Gather sharded arrays, so that every process has them whole."""
    return tree if jax.process_count() == 1 else multihost_utils.process_allgather(tree, tiled=True)


def partition_spec(path: Any, shape: tuple[int, ...], sizes: Mapping[str, int]) -> P:
    """Choose by its name how an array is sharded over a mesh. An axis whose devices cannot share
    the entries evenly is left out: the array is replicated along it.

    Args:
        path: keys of the array in its tree.
        shape: its shape.
        sizes: number of devices along each axis of the mesh.
    """
    name = parameter_name(path)
    spec = next((spec for pattern, spec in PARTITION_RULES if re.search(f"{pattern}$", name)), P())

    def sharing(axes: Any, entries: int) -> tuple[str, ...]:
        chosen: tuple[str, ...] = ()
        for axis in (axes,) if isinstance(axes, str) else axes or ():
            if entries % math.prod(sizes[name] for name in (*chosen, axis)) == 0:
                chosen = (*chosen, axis)
        return chosen

    return P(*map(sharing, spec, shape))


def check_divides(examples: int, devices: int, microbatches: int = 1) -> None:
    """Check that devices and microbatches can share the examples of a batch evenly.

    Raises:
        UserError: they cannot.
    """
    if examples % (devices * microbatches):
        counts = {"devices": devices, "microbatches": microbatches}
        parts = " in ".join(f"{count} {name}" for name, count in counts.items() if count > 1)
        raise UserError(
            f"a batch of {examples} examples cannot be shared evenly by {parts}: choose a "
            f"multiple of {devices * microbatches}"
        )


def parse_mesh(text: str) -> dict[str, int]:
    """Parse the number of devices along each axis, such as `data=4,model=2`.

    Raises:
        UserError: the text has another form.
    """
    sizes: dict[str, int] = {}
    for part in text.split(","):
        axis, _, size = part.strip().partition("=")
        if axis not in AXES or axis in sizes or not size.isdecimal() or int(size) < 1:
            raise UserError(
                f"mesh is {text!r}: give sizes of {', '.join(AXES)}, as in data=4,model=2"
            )
        sizes[axis] = int(size)
    return sizes


def choose_parallelism(mesh: str | None = None, pmap: bool = False) -> Parallelism:
    """Choose the parallelism by the options of a command; without them one device, or a mesh along
    `data` where there are several devices.

    Args:
        mesh: number of devices along each axis, such as `data=4,model=2`.
        pmap: whether to use `pmap`.

    Raises:
        UserError: both are given, or the mesh does not fit the devices.
    """
    if mesh and pmap:
        raise UserError(f"both the mesh {mesh} and pmap are given: choose one")
    if pmap:
        return Pmap()
    if mesh is None and jax.device_count() == 1:
        return OneDevice()
    return MeshOfDevices(parse_mesh(mesh) if mesh else {"data": jax.device_count()})


def check_heads(parallelism: Parallelism, heads: int) -> None:
    """Check that the devices along `model` can share the attention heads evenly.

    Raises:
        UserError: they cannot.
    """
    along_model = parallelism.mesh.shape["model"] if isinstance(parallelism, MeshOfDevices) else 1
    if heads % along_model:
        raise UserError(
            f"{heads} heads cannot be shared evenly by {along_model} devices along model: choose "
            f"a divisor of {heads}"
        )
