"""What there is to see of a wrong answer: its cases, and the arrays that differ in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from zen_transformer.grading.calls import Outcome, mismatch
from zen_transformer.grading.exercise import Arguments, Exercise
from zen_transformer.grading.form import in_form_of
from zen_transformer.grading.values import is_numeric

LARGEST = 1_000_000
"""Most entries of an array that is looked at."""


@dataclass(frozen=True, eq=False)
class GradedCase:
    """A call: its arguments, the expected outcome and the actual one."""

    arguments: Arguments
    expected: Outcome
    got: Outcome
    wrong: bool


@dataclass(frozen=True, eq=False)
class WrongArray:
    """An array in a wrong result, or the whole of it. Numbers are float64; texts are numbered."""

    case: GradedCase
    place: str
    """Where in the result it is, as in `[1]` or `['labels']`; empty if it is all of it."""
    expected: np.ndarray
    got: np.ndarray
    kind: str
    """The kind of the expected entries, as in `dtype.kind`."""
    tolerance: float

    @property
    def is_text(self) -> bool:
        """Whether the entries are texts."""
        return self.kind == "U"

    def equals(self, array: np.ndarray) -> bool:
        """Whether an array is what was returned."""
        return self.got.shape == array.shape and self.close(array, self.got)

    def close(self, one: Any, other: Any) -> bool:
        """Whether two arrays that can be broadcast are equal within the tolerance."""
        return np.allclose(one, other, self.tolerance, self.tolerance, equal_nan=True)

    @property
    def same_shape(self) -> bool:
        """Whether the result has the expected shape."""
        return self.got.shape == self.expected.shape

    @cached_property
    def wrong(self) -> np.ndarray:
        """Where the entries differ; only for arrays of the same shape."""
        limits = {"rtol": self.tolerance, "atol": self.tolerance}
        return ~np.isclose(self.got, self.expected, equal_nan=True, **limits)


@dataclass(frozen=True, eq=False)
class Evidence:
    """All cases of an answer that fails in some of them."""

    exercise: Exercise
    cases: list[GradedCase]

    def without(self, cases: list[GradedCase]) -> "Evidence":
        """The evidence of all other cases."""
        return Evidence(self.exercise, [case for case in self.cases if case not in cases])

    @cached_property
    def failed(self) -> list[GradedCase]:
        """The cases whose values are wrong."""
        return [case for case in self.cases if case.wrong]

    @cached_property
    def arrays(self) -> list[WrongArray]:
        """The arrays that differ in the failed cases. None at all, if in one of these cases there
        is nothing to compare: a list of another length, an exception."""
        arrays: list[WrongArray] = []
        for case in self.failed:
            pairs = list(_pairs(case.expected.value, case.got.value, ""))
            unlike = case.expected.error or case.got.error or any(pair is None for pair in pairs)
            wrong = [] if unlike else [self._array(case, *pair) for pair in pairs if pair]
            wrong = [array for array in wrong if not array.equals(array.expected)]
            if not wrong:
                return []
            arrays += wrong
        return arrays

    def _array(self, case: GradedCase, place: str, expected: Any, got: Any) -> WrongArray:
        expected, got = np.asarray(expected), np.asarray(got)
        kind = expected.dtype.kind
        if kind == "U":
            _, codes = np.unique(np.append(expected, got), return_inverse=True)
            expected, got = (
                codes[: expected.size].reshape(expected.shape),
                codes[expected.size :].reshape(got.shape),
            )
        one, other = expected.astype(np.float64), got.astype(np.float64)
        return WrongArray(case, place, one, other, kind, self.exercise.settings.tolerance)

    @property
    def subject(self) -> str:
        """The results that differ, as the subject of a sentence."""
        places = sorted({array.place for array in self.arrays})
        if places and "" not in places and len(places) < _members(self.arrays[0]):
            listed = ", ".join(f"`result{place}`" for place in places)
            return listed if len(places) == 1 else f"each of {listed}"
        if len(self.cases) == 1:
            return "the result"
        return "every result" if len(self.failed) == len(self.cases) else "every wrong result"


def evidence_of(exercise: Exercise, expected: list[Outcome], got: list[Outcome]) -> Evidence:
    """Compare the outcomes of all cases."""
    cases, tolerance = [], exercise.settings.tolerance
    for arguments, right, outcome in zip(exercise.cases, expected, got, strict=True):
        value = outcome.value if outcome.error else in_form_of(right.value, outcome.value)
        outcome = Outcome(value, outcome.error, outcome.message, outcome.line)
        wrong = bool(mismatch(right, outcome, tolerance))
        cases.append(GradedCase(arguments, right, outcome, wrong))
    return Evidence(exercise, cases)


def _members(array: WrongArray) -> int:
    """How many parts the result has in which an array lies."""
    value = array.case.expected.value
    return len(value) if isinstance(value, dict | list | tuple) else 1


Pair = tuple[str, Any, Any]


def _pairs(expected: Any, got: Any, place: str) -> Iterator[Pair | None]:
    """Yield the arrays of two values with their place; None where the values are of other types."""
    if _is_array(expected) and _is_array(got):
        yield _checked(place, np.asarray(expected), np.asarray(got))
    elif isinstance(expected, dict) and isinstance(got, dict) and expected.keys() == got.keys():
        for name in expected:
            yield from _pairs(expected[name], got[name], f"{place}[{name!r}]")
    elif _have_same_length(expected, got):
        for i, (one, other) in enumerate(zip(expected, got, strict=True)):
            yield from _pairs(one, other, f"{place}[{i}]")
    elif expected is not None or got is not None:
        yield None


def _is_array(value: Any) -> bool:
    """Whether it is an array, a number, a text, or a list of numbers or of texts."""
    if isinstance(value, list) and value:
        return len({_kind(entry) for entry in value} | {""}) == 2
    return is_numeric(value) or isinstance(value, str)


def _kind(entry: Any) -> str:
    if isinstance(entry, str):
        return "text"
    return "number" if isinstance(entry, bool | int | float) else ""


def _have_same_length(one: Any, other: Any) -> bool:
    both = isinstance(one, list | tuple) and isinstance(other, list | tuple)
    return both and len(one) == len(other)


def _checked(place: str, expected: np.ndarray, got: np.ndarray) -> Pair | None:
    kinds = {array.dtype.kind in "biuf" for array in (expected, got)}
    texts = {array.dtype.kind == "U" for array in (expected, got)}
    comparable = kinds == {True} or texts == {True}
    return (place, expected, got) if comparable and got.size <= LARGEST else None
