"""Probes of the order: the right numbers, but transposed, shifted, swapped or one too few."""

import itertools
from collections.abc import Iterator

import numpy as np

from zen_transformer.grading.evidence import Evidence, GradedCase, WrongArray
from zen_transformer.grading.form import in_form_of
from zen_transformer.grading.sizes import axis_in_words
from zen_transformer.grading.values import difference

MOST_AXES = 5
MOST_MEMBERS = 4


def members_swapped(evidence: Evidence) -> str:
    """A tuple has the right members in another order."""
    counts = {_members(case) for case in evidence.failed}
    count = counts.pop()
    if counts or not 2 <= count <= MOST_MEMBERS:
        return ""
    for permutation in itertools.permutations(range(count)):
        if all(_is_permuted(case, permutation, evidence) for case in evidence.failed):
            moved = [i for i in range(count) if permutation[i] != i]
            listed = " and ".join(f"`result[{i}]`" for i in moved)
            return f"the results are right, but in another order: {listed} are swapped."
    return ""


def _members(case: GradedCase) -> int:
    both = (case.expected.value, case.got.value)
    lengths = {len(value) if isinstance(value, tuple) else 0 for value in both}
    return lengths.pop() if len(lengths) == 1 else 0


def _is_permuted(case: GradedCase, permutation: tuple[int, ...], evidence: Evidence) -> bool:
    """Whether member i of the result is the expected member `permutation[i]`."""
    expected = tuple(case.expected.value[i] for i in permutation)
    got = in_form_of(expected, case.got.value)
    return not difference(expected, got, evidence.exercise.settings.tolerance)


def axes_transposed(evidence: Evidence) -> str:
    """The axes of the result are swapped."""
    arrays = evidence.arrays
    dimensions = {array.expected.ndim for array in arrays}
    if not arrays or not 2 <= min(dimensions) <= max(dimensions) <= MOST_AXES:
        return ""
    for one, other in _axis_pairs(*sorted(dimensions)):
        if all(a.equals(np.swapaxes(a.expected, one, other)) for a in arrays):
            names = f"{axis_in_words(one)} and {axis_in_words(other)}"
            return f"{evidence.subject} is transposed: {names} are swapped."
    if len(dimensions) > 1:
        return ""
    for axes in itertools.permutations(range(max(dimensions))):
        if all(a.equals(np.transpose(a.expected, axes)) for a in arrays):
            return f"{evidence.subject} has its axes in another order: transposed by {axes}."
    return ""


def _axis_pairs(ndim: int, *more: int) -> Iterator[tuple[int, int]]:
    """Yield pairs of axes; counted from the end, unless all arrays have as many."""
    if not more and ndim > 2:
        yield from itertools.combinations(range(ndim), 2)
    else:
        yield from itertools.combinations(range(-1, -ndim - 1, -1), 2)
        yield from ((0, axis) for axis in range(1, ndim))


def another_shape(evidence: Evidence) -> str:
    """The numbers are right and in the right order, in another shape."""
    arrays = evidence.arrays
    if not arrays or any(a.same_shape or a.got.size != a.expected.size for a in arrays):
        return ""
    if not all(a.close(a.expected.ravel(), a.got.ravel()) for a in arrays):
        return ""
    largest = max(arrays, key=lambda array: array.got.size)
    shapes = f"{largest.got.shape} in place of {largest.expected.shape}"
    return f"{evidence.subject} has the right numbers in another shape: {shapes}."


def one_missing(evidence: Evidence) -> str:
    """Along one axis the result has one entry too few, or one too many, at one of its ends."""
    for axis in range(-1, -MOST_AXES, -1):
        for end in ("first", "last"):
            if _all_lack(evidence.arrays, axis, end, "expected", "got"):
                return f"{evidence.subject} lacks the {end} entry along {axis_in_words(axis)}."
            if _all_lack(evidence.arrays, axis, end, "got", "expected"):
                where = axis_in_words(axis)
                return f"{evidence.subject} has an entry too many, the {end} along {where}."
    return ""


def _all_lack(arrays: list[WrongArray], axis: int, end: str, whole: str, part: str) -> bool:
    def lacks(array: WrongArray) -> bool:
        one, other = getattr(array, whole), getattr(array, part)
        if one.ndim < -axis or one.ndim != other.ndim or one.shape[axis] < 2:
            return False
        kept = np.arange(one.shape[axis])[1:] if end == "first" else np.arange(one.shape[axis])[:-1]
        cut = one.take(kept, axis)
        return cut.shape == other.shape and array.close(cut, other)

    return bool(arrays) and all(map(lacks, arrays))


def shifted(evidence: Evidence) -> str:
    """Everything stands one position too early or too late along an axis."""
    arrays = evidence.arrays
    if not arrays or not all(array.same_shape for array in arrays):
        return ""
    for axis in range(-1, -1 - min(array.expected.ndim for array in arrays), -1):
        for step, words in ((1, "late"), (-1, "early")):
            if all(_is_shifted(array, axis, step) for array in arrays):
                along = axis_in_words(axis)
                return f"{evidence.subject} is off by one: one position too {words} along {along}."
    return ""


def _is_shifted(array: WrongArray, axis: int, step: int) -> bool:
    size = array.expected.shape[axis]
    if size < 4:
        return False
    early, late = np.arange(size - 1), np.arange(1, size)
    source, target = (early, late) if step > 0 else (late, early)
    moved = array.expected.take(source, axis)
    return np.ptp(moved) > 0 and array.close(moved, array.got.take(target, axis))


def summed_over_an_axis(evidence: Evidence) -> str:
    """The expected result comes of this one by a sum or a mean over an axis, or this of that."""
    arrays = evidence.arrays
    if not arrays or any(array.is_text or array.same_shape for array in arrays):
        return ""
    for name, function in (("sum", np.sum), ("mean", np.mean), ("maximum", np.max)):
        for axis in (-1, -2, 0, None):
            along = axis_in_words(axis) if axis is not None else "all of its axes"
            if all(_reduces(a, a.got, a.expected, function, axis) for a in arrays):
                return f"the {name} over {along} is missing: with it, {evidence.subject} is right."
            if all(_reduces(a, a.expected, a.got, function, axis) for a in arrays):
                return f"{evidence.subject} is the {name} of the expected one over {along}."
    return ""


def _reduces(array: WrongArray, one: np.ndarray, other: np.ndarray, function, axis) -> bool:
    if not one.size or one.ndim < (1 if axis is None else abs(axis) or 1):
        return False
    for keepdims in (False, True):
        reduced = function(one, axis=axis, keepdims=keepdims)
        if reduced.shape == other.shape and array.close(reduced, other):
            return True
    return False


def same_in_another_order(evidence: Evidence) -> str:
    """The result has the right numbers at other places."""
    arrays = evidence.arrays
    if not arrays or not all(a.same_shape for a in arrays):
        return ""
    distinct = [len(np.unique(array.expected)) for array in arrays]
    if max(distinct) < 3 or min(distinct) < 2:
        return ""
    dimensions = min(array.expected.ndim for array in arrays)
    for axis in range(-1, -1 - dimensions, -1):
        if all(a.equals(np.flip(a.expected, axis)) for a in arrays):
            return f"{evidence.subject} is reversed along {axis_in_words(axis)}."
    for axis in range(-1, -1 - dimensions, -1):
        if all(a.close(np.sort(a.expected, axis), np.sort(a.got, axis)) for a in arrays):
            along = "" if dimensions == 1 else f" along {axis_in_words(axis)}"
            return f"{evidence.subject} has the right entries in another order{along}."
    if all(a.close(np.sort(a.expected, None), np.sort(a.got, None)) for a in arrays):
        return f"{evidence.subject} has the right entries at other places."
    return ""
