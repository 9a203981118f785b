"""What a model is given, and what is wrong with it."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Int

from zen_transformer.errors import UserError

Ids = Int[Array | np.ndarray, "batch length"]


def as_ids(ids: Any, name: str, limit: int, limit_name: str) -> Array:
    """Ids that exist in their table, as an array."""
    check_ids(name, ids if hasattr(ids, "min") else np.asarray(ids), limit, limit_name)
    return jnp.asarray(ids, jnp.int32)


def check_ids(name: str, ids: Any, limit: int, limit_name: str) -> None:
    """Ids must exist in their table. Inside `jit` values are unknown and nothing is checked."""
    if isinstance(ids, jax.core.Tracer) or ids.size == 0:
        return
    low, high = int(ids.min()), int(ids.max())
    if low < 0 or high >= limit:
        raise UserError(
            f"{name} has {low if low < 0 else high}, allowed are 0 to {limit - 1} "
            f"({limit_name} is {limit}): does the tokenizer belong to this model?"
        )


def check_length(length: int, positions: int) -> None:
    """At least one token, and no more than there are positions."""
    if length == 0:
        raise UserError("input has no tokens: at least one is needed, such as [CLS]")
    if length > positions:
        raise UserError(
            f"input has {length} tokens, the model has {positions} positions: "
            "pass max_length or truncation=True to the tokenizer"
        )


def check_shape(name: str, shape: tuple[int, ...], wanted: tuple[int, ...]) -> None:
    """One entry for each token."""
    if shape != wanted:
        raise UserError(
            f"{name} has shape {shape}, the input {wanted}: give one entry for each token"
        )
