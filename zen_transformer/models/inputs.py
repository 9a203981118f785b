"""The inputs of the models: conversion to arrays, defaults and checks."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, Shaped

from zen_transformer.errors import UserError

Ids = Int[Array | np.ndarray, "batch length"]


def as_ids(ids: Any, name: str, limit: int, limit_name: str) -> Array:
    """Convert ids to an int32 array, after `check_ids`."""
    check_ids(name, ids if hasattr(ids, "min") else np.asarray(ids), limit, limit_name)
    return jnp.asarray(ids, jnp.int32)


def as_mask(mask: Any, name: str, shape: tuple[int, ...]) -> Shaped[Array, "batch length"]:
    """Convert a mask to an array and check its shape; all ones if it is None."""
    mask = jnp.ones(shape, bool) if mask is None else jnp.asarray(mask)
    check_shape(name, mask.shape, shape)
    return mask


def token_vectors(
    input_ids: Any, inputs_embeds: Any, embed: Callable[[Array], Array], vocab_size: int
) -> Float[Array, "batch length hidden"]:
    """Return T[w], computed by `embed`, or `inputs_embeds` in its place.

    Raises:
        UserError: both or neither of the two are given, or an id outside the vocabulary.
    """
    if (input_ids is None) == (inputs_embeds is None):
        raise UserError("give either input_ids or inputs_embeds, one of the two")
    if inputs_embeds is not None:
        return jnp.asarray(inputs_embeds)
    return embed(as_ids(input_ids, "input_ids", vocab_size, "vocab_size"))


def check_ids(name: str, ids: Any, limit: int, limit_name: str) -> None:
    """Check that ids are from 0 to limit − 1. Inside `jit`, where values are unknown, nothing is
    checked.

    Raises:
        UserError: names the id and the limit.
    """
    if isinstance(ids, jax.core.Tracer) or ids.size == 0:
        return
    low, high = int(ids.min()), int(ids.max())
    if low < 0 or high >= limit:
        raise UserError(
            f"{name} has {low if low < 0 else high}, allowed are 0 to {limit - 1} "
            f"({limit_name} is {limit}): does the tokenizer belong to this model?"
        )


def check_length(length: int, positions: int) -> None:
    """Check that there is at least one token, and no more than the model has positions."""
    if length == 0:
        raise UserError("input has no tokens: at least one is needed, such as [CLS]")
    if length > positions:
        raise UserError(
            f"input has {length} tokens, the model has {positions} positions: "
            "pass max_length or truncation=True to the tokenizer"
        )


def check_shape(name: str, shape: tuple[int, ...], expected: tuple[int, ...]) -> None:
    """Check that an array has one entry for each token."""
    if shape != expected:
        raise UserError(
            f"{name} has shape {shape}, the input {expected}: give one entry for each token"
        )
