"""The losses of the models' `labels`: means, in HuggingFace's `loss`.

Classes (layers/cross_entropy.py), for texts, tokens and words:

    L = Σ_i w_i (log Σ_c exp z_ic − z_iy) / Σ_i w_i      w_i is 0 where y_i is −100, 1 elsewhere

Classes each of which may be right, with y_ic from 0 to 1:

    L = mean_ic (log(1 + exp z_ic) − y_ic z_ic)          −y log σ(z) − (1 − y) log(1 − σ(z))

Numbers:

    L = mean_ic (z_ic − y_ic)²
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from zen_transformer.errors import UserError
from zen_transformer.layers.cross_entropy import IGNORED, mean_cross_entropy
from zen_transformer.layers.precision import at_least_float32
from zen_transformer.models.bert_config import BertConfig
from zen_transformer.models.inputs import check_ids

Logits = Float[Array, "*rows classes"]
Loss = Float[Array, ""]


def class_loss(logits: Logits, labels: Any, name: str = "labels") -> Loss:
    """Compute the mean cross-entropy of the rows whose label is not `IGNORED`.

    Args:
        logits: z.
        labels: y, `[*rows]`. Inside `jit`, where nothing can be checked, a label that is no class
            gives NaN.
        name: of the argument, for error messages.

    Raises:
        UserError: labels of another shape or type, or one that is no class.
    """
    return mean_cross_entropy(logits, class_labels(labels, logits.shape, name))


def next_token_loss(logits: Float[Array, "batch length vocab"], labels: Any) -> Loss:
    """Compute the mean cross-entropy of each token given those before it: logits and labels are
    shifted against each other here, so `labels` may be the `input_ids`."""
    labels = class_labels(labels, logits.shape, "labels")
    return mean_cross_entropy(logits[:, :-1], labels[:, 1:])


def span_loss(
    start_logits: Float[Array, "batch length"],
    end_logits: Float[Array, "batch length"],
    start_positions: Any,
    end_positions: Any,
) -> Loss:
    """Compute the mean of the losses of both ends of an answer; a position beyond the text does
    not count, and a negative one is 0, as in HuggingFace."""
    batch, length = start_logits.shape
    losses = []
    for name, logits, positions in (
        ("start_positions", start_logits, start_positions),
        ("end_positions", end_logits, end_positions),
    ):
        labels = jnp.maximum(_whole_numbers(positions, (batch,), name), 0)
        losses.append(mean_cross_entropy(logits, jnp.where(labels < length, labels, IGNORED)))
    return (losses[0] + losses[1]) / 2


def classification_loss(
    logits: Float[Array, "batch classes"], labels: Any, config: BertConfig
) -> Loss:
    """Compute the loss of a classifier of texts as its `problem_type` says; if that is None, one
    output is a number, whole numbers are classes, and others say of each class whether it is
    right, as in HuggingFace.

    Raises:
        UserError: labels of another shape or type, or one that is no class.
    """
    labels = _as_array(labels)
    whole = jnp.issubdtype(labels.dtype, jnp.integer)
    kind = config.problem_type or (
        "regression"
        if config.num_labels == 1
        else "single_label_classification"
        if whole
        else "multi_label_classification"
    )
    if kind == "single_label_classification":
        return class_loss(logits, labels)
    logits = at_least_float32(logits[:, 0] if config.num_labels == 1 else logits)
    targets = jnp.asarray(_with_shape(labels, logits.shape, "labels"), logits.dtype)
    if kind == "regression":
        return jnp.mean((logits - targets) ** 2)
    return jnp.mean(jnp.logaddexp(0.0, logits) - targets * logits)


def class_labels(labels: Any, shape: tuple[int, ...], name: str) -> Int[Array, "*rows"]:
    """Convert labels to an int32 array, after they were compared with the shape of the logits."""
    array = _whole_numbers(labels, shape[:-1], name)
    if not isinstance(array, jax.core.Tracer):
        numbers = np.asarray(array)
        check_ids(name, numbers[numbers != IGNORED], shape[-1], "the number of classes")
    # Of a class that there is not, the logit is NaN; a negative number would count from the end.
    return jnp.where((array < 0) & (array != IGNORED), shape[-1], array).astype(jnp.int32)


def _whole_numbers(labels: Any, shape: tuple[int, ...], name: str) -> Any:
    array = _with_shape(_as_array(labels), shape, name)
    if not jnp.issubdtype(array.dtype, jnp.integer):
        raise UserError(f"{name} holds {array.dtype}: the numbers of classes are whole numbers")
    return array


def _as_array(labels: Any) -> Any:
    return labels if isinstance(labels, jax.Array) else np.asarray(labels)


def _with_shape(array: Any, shape: tuple[int, ...], name: str) -> Any:
    """Return an array of the shape; that of a batch may have a second axis of 1, as in
    HuggingFace."""
    if len(shape) == 1 and array.shape == (*shape, 1):
        return array[:, 0]
    if array.shape != shape:
        raise UserError(f"{name} has shape {array.shape}, the logits ask for {shape}")
    return array
