"""Whether a training or texts fit into the memory, estimated before anything is allocated.

    parameters ≥ L (4 D² + 2 D F) + P D            the blocks' matrices, the table of positions
    training   ≥ 4 · parameters + tokens · L · D   gradient, two moments; the input of each block
    generating ≥ 2 · texts · tokens · L · D        the keys and the values

L is the number of blocks, D the hidden size, F the width of the feed-forward network, P the number
of positions. A number takes four bytes. What is left out only makes it more; of the vocabulary it
is not known yet how large it will be.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import jax

from zen_transformer.errors import UserError
from zen_transformer.models.stack import StackConfig

BYTES = 4
COPIES = 4
"""The parameters, their gradient and Adam's two moments."""
CGROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def check_memory(stacks: Sequence[StackConfig], positions: int, tokens: int) -> None:
    """Check that a training may fit into the memory of the devices.

    Args:
        stacks: the config of each stack of blocks of the model.
        positions: rows of the tables of positions.
        tokens: computed at once, so of a batch or of one of its parts.

    Raises:
        UserError: it cannot.
    """
    parameters = positions * stacks[0].hidden_size + sum(map(_matrices, stacks))
    states = tokens * sum(stack.num_hidden_layers * stack.hidden_size for stack in stacks)
    needs, has = BYTES * (COPIES * parameters + states) / 1e9, memory_bytes() / 1e9
    if needs > has:
        smaller = "a smaller model" if COPIES * parameters > states else "a smaller batch"
        raise UserError(
            f"the model has {parameters:.3g} parameters or more, and {tokens:,} tokens are "
            f"computed at a time: that takes {needs:,.0f} GB at least, there are {has:,.0f} GB; "
            f"choose {smaller}"
        )


def check_texts(config: StackConfig, texts: int, tokens: int) -> None:
    """Check that the keys and values of texts that are generated together may fit into the memory.

    Args:
        config: of the stack of blocks that generates.
        texts: generated together.
        tokens: of each text, with its prompt.

    Raises:
        UserError: they cannot.
    """
    numbers = 2 * texts * tokens * config.num_hidden_layers * config.hidden_size
    needs, has = BYTES * numbers / 1e9, memory_bytes() / 1e9
    if needs > has:
        raise UserError(
            f"{texts:,} texts of {tokens} tokens are to be generated together: that takes "
            f"{needs:,.0f} GB at least, there are {has:,.0f} GB; choose fewer samples, beams or "
            "tokens"
        )


def _matrices(config: StackConfig) -> int:
    """The parameters in the matrices of a stack's blocks."""
    hidden = config.hidden_size
    return config.num_hidden_layers * (4 * hidden**2 + 2 * hidden * config.intermediate_size)


def memory_bytes() -> float:
    """The memory of all devices, in bytes; infinite where the system does not say."""
    stats = [device.memory_stats() for device in jax.local_devices()]
    limits = [one["bytes_limit"] for one in stats if one and "bytes_limit" in one]
    here = sum(limits) if limits else _system_memory()
    return here * jax.process_count()


def _system_memory() -> float:
    """The memory of the machine, or of the container that this process runs in."""
    limits = [float("inf")]
    with suppress(AttributeError, ValueError, OSError):  # Windows
        limits.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    for path in map(Path, CGROUP_LIMITS):
        with suppress(OSError, ValueError):  # no such container; "max"
            limits.append(int(path.read_text("ascii")))
    return min(limits)
