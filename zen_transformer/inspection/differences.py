"""Differences between two implementations, or two checkpoints, array by array.

difference = max |a − b| / max |b|          for each array that both have
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from zen_transformer.errors import UserError

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
CAUSES = {
    "weights": "these parameters are not the same",
    "hidden_states.0": (
        "the embeddings: the three tables, segment and position ids (they start at 0), "
        "the LayerNorm and its epsilon"
    ),
    "attentions": "queries and keys, 1/√head_dim, how the heads are cut, the mask",
    "hidden_states": (
        "values and the output map, the two residuals, post- or pre-norm, the LayerNorms' "
        "epsilon, the feed-forward network and its activation (exact or tanh GELU)"
    ),
    "pooler_output": "the pooler: [CLS] is the first token, tanh, a kernel that is not transposed",
    "logits": "the head: its transform, its bias, the tied table",
}
"""What to check, by the kind of the first array that differs."""


class Difference(NamedTuple):
    """The difference between two arrays of the same name."""

    name: str
    largest: float
    """max |a − b|"""
    relative: float
    """max |a − b| / max |b|"""
    at: tuple[int, ...]
    """The indices of the largest difference."""


def differences(a: Mapping[str, np.ndarray], b: Mapping[str, np.ndarray]) -> list[Difference]:
    """Compare all arrays that both have, in the order of `a`.

    Raises:
        UserError: no name in common, or arrays of different shapes.
    """
    common = [name for name in a if name in b and name not in INPUTS]
    if not common:
        raise UserError(
            f"nothing to compare: one side has {', '.join(a) or 'nothing'}, the other "
            f"{', '.join(b) or 'nothing'}"
        )
    return [_difference(name, np.asarray(a[name]), np.asarray(b[name])) for name in common]


def _difference(name: str, a: np.ndarray, b: np.ndarray) -> Difference:
    if a.shape != b.shape:
        raise UserError(f"{name} has shape {a.shape} on one side and {b.shape} on the other")
    distance = np.abs(a.astype(np.float64) - b.astype(np.float64))
    if distance.size == 0:
        return Difference(name, 0.0, 0.0, ())
    distance = np.where(np.isnan(distance), np.inf, distance)
    at = tuple(map(int, np.unravel_index(np.argmax(distance), distance.shape)))
    scale = max(float(np.abs(b).max()), np.finfo(np.float64).tiny)
    return Difference(name, float(distance[at]), float(distance[at]) / scale, at)


def first_above(by_array: list[Difference], tolerance: float) -> Difference | None:
    """Return the first difference whose relative size is above the tolerance, if any."""
    return next((entry for entry in by_array if not entry.relative <= tolerance), None)


def possible_causes(name: str) -> str:
    """Name the computations between the array `name` and the one before it."""
    kind = name if name in CAUSES else name.split(".")[0]
    return CAUSES.get(kind, CAUSES["logits"])
