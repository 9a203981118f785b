"""The inputs of the models: conversion to arrays, defaults and checks."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, Shaped

from zen_transformer.errors import UserError

Ids = Int[Array | np.ndarray, "batch length"]


def as_ids(ids: Any, name: str, limit: int, limit_name: str) -> Int[Array, "batch length"]:
    """Convert rows of ids to an int32 array, after `check_ids`.

    Raises:
        UserError: no rows of one length, no whole numbers, or an id outside its table.
    """
    array = as_rows(ids, name)
    check_ids(name, array, limit, limit_name)
    return jnp.asarray(array, jnp.int32)


def as_rows(ids: Any, name: str) -> Any:
    """Return ids as an array, after checking that they are rows of whole numbers.

    Raises:
        UserError: no rows of one length, or no whole numbers.
    """
    array = ids if isinstance(ids, jax.Array) else _array(ids, name)
    if not np.issubdtype(array.dtype, np.integer):
        raise UserError(f"{name} holds {array.dtype}: ids are whole numbers")
    if array.ndim != 2:
        raise UserError(
            f"{name} has shape {array.shape}: give one row for each text, as in [[2, 5, 3]]"
        )
    if len(array) == 0:
        raise UserError(f"{name} has no rows, its shape is {array.shape}: give at least one")
    return array


def _array(ids: Any, name: str) -> np.ndarray:
    """Convert what is no array yet."""
    rows = f"give rows of whole numbers of one length to {name}, as in [[2, 5, 3]]"
    if isinstance(ids, Mapping):
        raise UserError(
            f"{name} is a {type(ids).__name__}: pass its entries by name, model(**batch)"
        )
    try:
        array = np.asarray(ids)
    except ValueError as error:
        raise UserError(f"{name} has rows of different lengths: pad them; {rows}") from error
    if array.dtype == object:
        raise UserError(f"{name} is of type {type(ids).__name__}: {rows}")
    if array.size == 0 and not isinstance(ids, np.ndarray):
        raise UserError(f"{name} is empty: {rows}")
    return array


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
    if isinstance(ids, jax.Array) and ids.is_fully_addressable:
        ids = np.asarray(ids)  # also inside `jit`, if it is an array from outside
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
