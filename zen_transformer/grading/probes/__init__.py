"""Probes: what the wrong results of an answer have in common, where no known mistake gives them.

A probe is a function of the evidence that returns a sentence, or "" if it does not explain every
failed case. It says what it saw, such as a factor, and not a cause, which it cannot know.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from zen_transformer.grading.evidence import Evidence
from zen_transformer.grading.probes import conditions, order, places, values

Probe = Callable[[Evidence], str]

PROBES: tuple[Probe, ...] = (
    values.nothing_returned,
    values.argument_returned,
    values.another_unicode_form,
    values.same_everywhere,
    order.members_swapped,
    order.axes_transposed,
    order.another_shape,
    order.one_missing,
    values.opposite,
    values.function_of_expected,
    values.constant_factor,
    values.constant_offset,
    values.few_digits,
    values.not_finite,
    values.argument_combined,
    values.factor_beside_argument,
    values.scores_scaled,
    order.shifted,
    order.summed_over_an_axis,
    order.same_in_another_order,
    places.padded,
    places.unlabelled,
    places.first_text_only,
    values.factor_of_rows,
    values.offset_of_rows,
    places.one_position,
    conditions.right_only_where,
    places.smaller_or_larger,
    places.one_member,
)
"""Most telling first: the first that has something to say is heard."""


@dataclass(frozen=True)
class Observation:
    """What a probe saw."""

    name: str
    message: str


def observe(evidence: Evidence) -> Observation | None:
    """Ask the probes one after the other, until one of them explains every failed case.

    Where an exception is not raised that should be, that is one thing, and the values of the other
    cases are another.
    """
    if refusals := conditions.refusals_missing(evidence):
        if seen := _first(evidence.without(refusals)):
            message = f"{seen.message} Besides, {conditions.not_raised(refusals)}."
            return Observation(seen.name, message)
        if len(refusals) == len(evidence.failed):
            return Observation("refusal-missing", f"{conditions.not_raised(refusals)}.")
    return _first(evidence)


def _first(evidence: Evidence) -> Observation | None:
    with np.errstate(all="ignore"):
        for probe in PROBES:
            if evidence.failed and (message := probe(evidence)):
                name = probe.__name__.replace("_", "-")
                return Observation(name, message[:1].upper() + message[1:])
    return None
