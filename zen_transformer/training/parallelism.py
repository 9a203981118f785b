"""Three ways to run the one step: on one device, by `pmap`, and over a mesh.

    OneDevice      jit(step)
    Pmap           every device has all parameters and its part of the batch; the step adds its
                   sums up over the axis of the devices. What the textbooks show.
    MeshOfDevices  jit(step) once more, of arrays that lie on several devices; where each lies is
                   said beforehand, and the compiler puts in what has to be sent. The default.
                   The devices may be those of several processes, on several machines.

A mesh has up to three axes:

    data     each device computes its part of the batch; parameters are everywhere
    fsdp     the same, but of each parameter, and of the optimizer's memory of it, a device holds
             a part only, and fetches the rest when it is needed (Rajbhandari et al. 2020, ZeRO-3)
    model    each device computes some of the heads, of the feed-forward network's inner units
             and of the vocabulary (Shoeybi et al. 2019, section 3)
"""

import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Protocol

import jax
import numpy as np
from flax import jax_utils
from jax.experimental import multihost_utils
from jax.sharding import AxisType, NamedSharding
from jax.sharding import PartitionSpec as P

from zen_transformer.errors import UserError
from zen_transformer.training.step import Step, TrainState, parameter_name

AXES = ("data", "fsdp", "model")
BATCH_AXES = ("data", "fsdp")

PARTITION = [
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
"""How parameters lie on a mesh: the first pattern that the end of the name fits. The optimizer's
averages have their parameters' names, and lie as these do; what fits none is everywhere."""


Rows = Sequence[int]


class Parallelism(Protocol):
    """How to run a step."""

    axis: str | None
    """What `make_step` has to add up over."""
    shares: int
    """Parts into which a batch falls."""

    def compile(self, step: Step) -> Step:
        """Compile the step; the same function each time it is given the same step. It takes a
        placed state, whose memory it uses again."""
        ...

    def place_state(self, state: TrainState) -> TrainState:
        """Bring a state to the devices."""
        ...

    def rows(self, examples: int) -> Rows:
        """Which examples of a batch this process has to bring."""
        ...

    def place_batch(self, batch: dict[str, np.ndarray]) -> Any:
        """Bring these to the devices; they travel while the step before is still computing."""
        ...

    def unplace(self, state: TrainState) -> TrainState:
        """The state under the shapes it had before, wherever its parts may lie."""
        ...


class OneDevice:
    """`jit`."""

    axis: str | None = None
    shares = 1

    def compile(self, step: Step) -> Step:
        return jax.jit(step, donate_argnums=0)

    def place_state(self, state: TrainState) -> TrainState:
        return jax.device_put(state)

    def rows(self, examples: int) -> Rows:
        return range(examples)

    def place_batch(self, batch: dict[str, np.ndarray]) -> Any:
        return jax.device_put(batch)

    def unplace(self, state: TrainState) -> TrainState:
        return state


class Pmap:
    """The step on every device of this process, each with its own rows of the batch.

    Raises:
        UserError: there are several processes.
    """

    axis: str | None = "devices"

    def __init__(self):
        if jax.process_count() > 1:
            raise UserError(
                f"pmap was asked for, and there are {jax.process_count()} processes: leave it "
                "out, they share a mesh"
            )
        self.devices = jax.local_devices()
        self.shares = len(self.devices)
        self.compile = cache(self._compile)

    def _compile(self, step: Step) -> Step:
        everywhere = jax.pmap(step, self.axis, in_axes=(0, 0, None), donate_argnums=0)

        def run(state, batch, key):
            state, metrics = everywhere(state, batch, key)
            return state, jax_utils.unreplicate(metrics)

        return run

    def place_state(self, state: TrainState) -> TrainState:
        return jax_utils.replicate(state, self.devices)

    def rows(self, examples: int) -> Rows:
        check_divides(examples, self.shares)
        return range(examples)

    def place_batch(self, batch: dict[str, np.ndarray]) -> Any:
        return {
            name: values.reshape(self.shares, -1, *values.shape[1:])
            for name, values in batch.items()
        }

    def unplace(self, state: TrainState) -> TrainState:
        return jax_utils.unreplicate(state)


class MeshOfDevices:
    """`jit` over a mesh.

    Args:
        sizes: how many devices stand along each axis, in all as many as there are.

    Raises:
        UserError: there are more or fewer.
    """

    axis: str | None = None

    def __init__(self, sizes: dict[str, int]):
        count, wanted = jax.device_count(), math.prod(sizes.values())
        if wanted != count:
            asked = ",".join(f"{axis}={size}" for axis, size in sizes.items())
            raise UserError(
                f"the mesh {asked} is of {wanted} devices, there are {count}: choose sizes whose "
                "product is that"
            )
        sizes = {axis: sizes.get(axis, 1) for axis in AXES}
        self.mesh = jax.make_mesh(
            tuple(sizes.values()), AXES, axis_types=(AxisType.Auto,) * len(AXES)
        )
        self.batch_sharding = NamedSharding(self.mesh, P(BATCH_AXES))
        self.shares = sizes["data"] * sizes["fsdp"]
        self.compile = cache(self._compile)

    def _compile(self, step: Step) -> Step:
        def run(state, batch, key):
            state, metrics = step(state, batch, key)
            return jax.lax.with_sharding_constraint(state, self.shardings(state)), metrics

        return jax.jit(run, donate_argnums=0)

    def shardings(self, state: TrainState) -> Any:
        """Where each array of a state lies."""
        return jax.tree.map_with_path(
            lambda path, leaf: NamedSharding(
                self.mesh, partition_spec(path, leaf.shape, self.mesh.shape)
            ),
            state,
        )

    def place_state(self, state: TrainState) -> TrainState:
        return jax.device_put(state, self.shardings(state))

    def rows(self, examples: int) -> Rows:
        check_divides(examples, self.shares)
        places = self.batch_sharding.addressable_devices_indices_map((examples,)).values()
        return sorted({row for place in places if place for row in range(examples)[place[0]]})

    def place_batch(self, batch: dict[str, np.ndarray]) -> Any:
        return jax.make_array_from_process_local_data(self.batch_sharding, batch)

    def unplace(self, state: TrainState) -> TrainState:
        return state


def gathered(tree: Any) -> Any:
    """Arrays whole, in every process."""
    return tree if jax.process_count() == 1 else multihost_utils.process_allgather(tree, tiled=True)


def partition_spec(path: Any, shape: tuple[int, ...], sizes: Mapping[str, int]) -> P:
    """How an array lies on a mesh of these sizes, by its name. An axis whose devices cannot share
    the entries evenly is left out: along it every device holds all of them."""
    name = parameter_name(path)
    spec = next((spec for pattern, spec in PARTITION if re.search(f"{pattern}$", name)), P())

    def sharing(axes: Any, entries: int) -> tuple[str, ...]:
        chosen: tuple[str, ...] = ()
        for axis in (axes,) if isinstance(axes, str) else axes or ():
            if entries % math.prod(sizes[name] for name in (*chosen, axis)) == 0:
                chosen = (*chosen, axis)
        return chosen

    return P(*map(sharing, spec, shape))


def check_divides(examples: int, devices: int, microbatches: int = 1) -> None:
    """Whether devices and microbatches can share the examples of a batch evenly.

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
    """`data=4,model=2` as sizes by axis.

    Raises:
        UserError: something else.
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
    """The way that was asked for; if none was, a mesh along `data` where there are several
    devices.

    Raises:
        UserError: both were asked for, or the mesh does not fit.
    """
    if mesh and pmap:
        raise UserError(f"both the mesh {mesh} and pmap were asked for: choose one")
    if pmap:
        return Pmap()
    if mesh is None and jax.device_count() == 1:
        return OneDevice()
    return MeshOfDevices(parse_mesh(mesh) if mesh else {"data": jax.device_count()})


def check_heads(parallelism: Parallelism, heads: int) -> None:
    """Whether the devices along `model` can share the heads evenly.

    Raises:
        UserError: they cannot.
    """
    along_model = parallelism.mesh.shape["model"] if isinstance(parallelism, MeshOfDevices) else 1
    if heads % along_model:
        raise UserError(
            f"{heads} heads cannot be shared evenly by {along_model} devices along model: choose "
            f"a divisor of {heads}"
        )
