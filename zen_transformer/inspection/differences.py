"""Where two implementations, or two checkpoints, first differ, and by how much.

difference = max |a − b| / max |b|          of each thing that both have computed
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from zen_transformer.errors import UserError

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
PLACES = {
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
"""Where to look, by what differs first."""


class Difference(NamedTuple):
    """How far two arrays of one name lie apart."""

    name: str
    largest: float
    """max |a − b|"""
    relative: float
    """The same over max |b|."""
    at: tuple[int, ...]
    """Where it is."""


def differences(a: Mapping[str, np.ndarray], b: Mapping[str, np.ndarray]) -> list[Difference]:
    """Of all that both have, in the order of the first.

    Raises:
        UserError: they have nothing in common, or something in another shape.
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
    apart = np.abs(a.astype(np.float64) - b.astype(np.float64))
    if apart.size == 0:
        return Difference(name, 0.0, 0.0, ())
    apart = np.where(np.isnan(apart), np.inf, apart)
    at = tuple(map(int, np.unravel_index(np.argmax(apart), apart.shape)))
    scale = max(float(np.abs(b).max()), np.finfo(np.float64).tiny)
    return Difference(name, float(apart[at]), float(apart[at]) / scale, at)


def first_above(found: list[Difference], tolerance: float) -> Difference | None:
    """The first that is more than rounding, if any is."""
    return next((entry for entry in found if not entry.relative <= tolerance), None)


def where_to_look(name: str) -> str:
    """What lies between this and what was computed before it."""
    kind = name if name in PLACES else name.split(".")[0]
    return PLACES.get(kind, PLACES["logits"])
