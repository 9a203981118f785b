"""Probes of the places: where in the results the wrong entries are."""

from collections.abc import Callable

import numpy as np

from zen_transformer.grading.evidence import Evidence, WrongArray
from zen_transformer.grading.sizes import axis_in_words

IGNORED = -100
"""The label of a token that is not asked."""


def in_shape(evidence: Evidence) -> list[WrongArray]:
    """The wrong arrays, if all of them have axes and the expected shape."""
    arrays = evidence.arrays
    return arrays if all(array.same_shape and array.got.ndim for array in arrays) else []


def padded(evidence: Evidence) -> str:
    """All is right except where a mask is 0."""
    for position, name in enumerate(evidence.exercise.parameters):
        if _only_where(evidence, position, _is_hidden):
            return f"{evidence.subject} is right except where `{name}` is 0 or False."
    return ""


def unlabelled(evidence: Evidence) -> str:
    """All is right except where a label is −100."""
    for position, name in enumerate(evidence.exercise.parameters):
        if _only_where(evidence, position, lambda labels: labels == IGNORED):
            return f"{evidence.subject} is right except where `{name}` is −100."
    return ""


def _is_hidden(mask: np.ndarray) -> np.ndarray:
    is_mask = mask.size and np.isin(mask, (0, 1)).all()
    return mask == 0 if is_mask else np.zeros(mask.shape, bool)


def _only_where(evidence: Evidence, position: int, chosen: Callable) -> bool:
    """Whether the results are wrong only where an argument has a certain value."""
    arrays = in_shape(evidence)
    return bool(arrays) and all(_is_within(array, position, chosen) for array in arrays)


def _is_within(array: WrongArray, position: int, chosen: Callable) -> bool:
    given = array.case.arguments[position : position + 1]
    if not given or not isinstance(given[0], np.ndarray):
        return False
    where = chosen(given[0])
    if not where.any() or where.all():
        return False
    return any(
        not (array.wrong & ~np.broadcast_to(aligned, array.wrong.shape)).any()
        for aligned in _alignments(where, array.wrong.shape)
    )


def _alignments(where: np.ndarray, shape: tuple[int, ...]) -> list[np.ndarray]:
    """Lay an argument over a result: its axes on the first ones, or its last on a later one."""
    laid = []
    if where.ndim <= len(shape) and shape[: where.ndim] == where.shape:
        laid.append(where.reshape(*where.shape, *[1] * (len(shape) - where.ndim)))
    if where.ndim == 2 and len(shape) > 2 and shape[0] == where.shape[0]:
        for axis in range(2, len(shape)):
            if shape[axis] == where.shape[1]:
                between, after = [1] * (axis - 1), [1] * (len(shape) - axis - 1)
                laid.append(where.reshape(shape[0], *between, shape[axis], *after))
    return laid


def first_text_only(evidence: Evidence) -> str:
    """Only the first entry of the first axis is right, in every result that has several."""
    arrays = in_shape(evidence)
    if not arrays or not all(len(array.wrong) > 1 for array in arrays):
        return ""
    right = all(not array.wrong[0].any() for array in arrays)
    others = all(row.any() for array in arrays for row in array.wrong[1:])
    if not right or not others:
        return ""
    noun = "entry" if all(array.wrong.ndim == 1 for array in arrays) else "row"
    return f"only the first {noun} of {evidence.subject} is right, [0] along the first axis."


POSITIONS = {
    "the first position": slice(0, 1),
    "the last position": slice(-1, None),
    "the even positions 0, 2, …": slice(0, None, 2),
    "the odd positions 1, 3, …": slice(1, None, 2),
}


def one_position(evidence: Evidence) -> str:
    """All wrong entries are at one end of an axis, or in most of every second position."""
    arrays = in_shape(evidence)
    for axis in range(-1, -1 - min((a.wrong.ndim for a in arrays), default=0), -1):
        for words, chosen in POSITIONS.items():
            if all(_is_wrong_only_at(array, axis, chosen) for array in arrays):
                return f"{evidence.subject} is right except in {words} along {axis_in_words(axis)}."
    return ""


def _is_wrong_only_at(array: WrongArray, axis: int, chosen: slice) -> bool:
    size = array.wrong.shape[axis]
    if size < 3:
        return False
    inside = np.moveaxis(array.wrong, axis, 0)[chosen]
    often = inside.any(axis=tuple(range(1, inside.ndim))).mean() > 0.5
    return often and not np.delete(array.wrong, np.arange(size)[chosen], axis).any()


def smaller_or_larger(evidence: Evidence) -> str:
    """Wherever a result is wrong, it is too small; or everywhere too large."""
    arrays = [a for a in evidence.arrays if a.same_shape and not a.is_text]
    if not arrays or len(arrays) < len(evidence.arrays):
        return ""
    errors = np.concatenate([(a.got - a.expected)[a.wrong].ravel() for a in arrays])
    if errors.size < 3 or not (np.all(errors < 0) or np.all(errors > 0)):
        return ""
    less = bool(errors[0] < 0)
    if all(np.isin(a.expected, (0, 1)).all() and np.isin(a.got, (0, 1)).all() for a in arrays):
        shown, asked = ("0 or False", "1 or True") if less else ("1 or True", "0 or False")
        return f"{evidence.subject} has {shown} where {asked} is asked, never the other way round."
    words = "small" if less else "large"
    return f"{evidence.subject} is too {words} in all {errors.size} entries that are wrong."


def one_member(evidence: Evidence) -> str:
    """Of several results only one is wrong."""
    places = {array.place for array in evidence.arrays}
    if len(places) != 1 or "" in places or evidence.subject.startswith(("every", "the")):
        return ""
    return f"only {evidence.subject} is wrong; the other parts of the result are right."
