"""Probes of the numbers: the expected ones times a factor, with another sign, to a few digits."""

import unicodedata
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from zen_transformer.grading.evidence import Evidence, GradedCase, WrongArray
from zen_transformer.grading.form import in_form_of
from zen_transformer.grading.sizes import axis_in_words, factor_in_words
from zen_transformer.grading.values import difference, is_numeric, number, numbers_in, plain

TWO = 2
"""Fewest numbers that a number of its own may explain."""
CLOSE = 1e-2
"""Largest relative error of a result that is right to a few digits."""
TINY = 1e-9


def numeric(evidence: Evidence) -> list[WrongArray]:
    """The wrong arrays, if all of them are numbers in the expected shape."""
    arrays = evidence.arrays
    return arrays if all(a.same_shape and not a.is_text and a.got.size for a in arrays) else []


def nothing_returned(evidence: Evidence) -> str:
    """The function returns None."""
    values = [(case.got.error, case.got.value) for case in evidence.failed]
    if all(error == "" and value is None for error, value in values):
        return "nothing is returned: the function ends without `return` and a value."
    return ""


def argument_returned(evidence: Evidence) -> str:
    """The result is one of the arguments."""
    for position, name in enumerate(evidence.exercise.parameters):
        if all(_returns(case, position) for case in evidence.failed):
            return f"{evidence.subject} is `{name}` as it was given."
    return ""


def _returns(case: GradedCase, position: int) -> bool:
    given = plain(case.arguments[position]) if position < len(case.arguments) else None
    if isinstance(given, bool | int | float) or not given_numbers(given):
        return False
    return not difference(given, in_form_of(given, case.got.value))


def given_numbers(value: object) -> bool:
    """Whether a value has at least two entries, so that it is not equal by chance."""
    return value is not None and numbers_in(value) >= TWO


COMBINATIONS: list[tuple[str, Callable]] = [
    ("plus", np.add),
    ("minus", np.subtract),
    ("times", np.multiply),
    ("divided by", np.divide),
]


def argument_combined(evidence: Evidence) -> str:
    """The result is the expected one plus, minus, times or divided by an argument."""
    arrays = numeric(evidence)
    for position, name in enumerate(evidence.exercise.parameters):
        for words, combine in COMBINATIONS:
            if arrays and all(_combines(array, position, combine) for array in arrays):
                return f"{evidence.subject} is the expected one {words} `{name}`."
    return ""


def _combines(array: WrongArray, position: int, combine: Callable) -> bool:
    given = array.case.arguments[position : position + 1]
    if not given or not _fits(given[0], array.expected):
        return False
    return array.equals(combine(array.expected, given[0].astype(np.float64)))


def _fits(given: object, array: np.ndarray) -> bool:
    """Whether an argument is an array of numbers whose axes are the last ones of another."""
    if not isinstance(given, np.ndarray) or given.dtype.kind not in "biuf" or given.size < TWO:
        return False
    return given.ndim <= array.ndim and given.shape == array.shape[array.ndim - given.ndim :]


def another_unicode_form(evidence: Evidence) -> str:
    """The texts are right, but in another form of Unicode, such as an é of two characters."""
    composed = (
        (_composed(case.expected.value), _composed(case.got.value)) for case in evidence.failed
    )
    if not all(one is not None and one == other for one, other in composed):
        return ""
    return (
        "the texts look right and are not: they are in another form of Unicode, such as an "
        "accented letter that is two characters, as `unicodedata.normalize` makes them."
    )


def _composed(value: object) -> object:
    """A text, or a list of texts, in the form NFC; None for anything else."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list | tuple) and value and all(isinstance(v, str) for v in value):
        return [unicodedata.normalize("NFC", text) for text in value]
    return None


def same_everywhere(evidence: Evidence) -> str:
    """All entries of all results are one number."""
    entries = np.concatenate([a.got.ravel() for a in numeric(evidence)] or [np.zeros(0)])
    expected = np.concatenate([a.expected.ravel() for a in numeric(evidence)] or [np.zeros(0)])
    if entries.size <= TWO or np.ptp(entries) != 0 or np.ptp(expected) == 0:
        return ""
    always = len(evidence.failed) == len(evidence.cases)
    given = ", whatever is given" if always else ""
    return f"{evidence.subject} is {number(entries[0] + 0.0)} in every entry{given}."


def opposite(evidence: Evidence) -> str:
    """The sign is the other one; of booleans, True and False are swapped."""
    arrays = numeric(evidence)
    if not arrays:
        return ""
    if all(a.kind == "b" and a.equals(1 - a.expected) for a in arrays):
        return f"{evidence.subject} has True and False swapped, in every entry."
    if _varied(arrays) and all(a.equals(-a.expected) for a in arrays):
        return f"{evidence.subject} has the other sign: it is minus the expected one."
    return ""


FUNCTIONS: list[tuple[str, Callable[[np.ndarray], np.ndarray]]] = [
    ("the square of", np.square),
    ("the square root of", np.sqrt),
    ("the exponential of", np.exp),
    ("the logarithm of", np.log),
    ("the logarithm to the base 2 of", np.log2),
    ("2 to the power of", np.exp2),
    ("1 divided by", np.reciprocal),
    ("1 divided by the root of", lambda x: 1 / np.sqrt(x)),
    ("1 minus", lambda x: 1 - x),
    ("the absolute value of", np.abs),
    ("the rounded value of", np.round),
    ("the whole part of", np.floor),
    ("0 or, where it is larger,", lambda x: np.maximum(x, 0)),
    ("1 or, where it is smaller,", lambda x: np.minimum(x, 1)),
]


WHOLE_FUNCTIONS = [("1 minus", lambda x: 1 - x)]
"""Functions of 0 and 1 that are not one of many by chance."""


def _varied(arrays: list[WrongArray]) -> bool:
    """Whether the expected numbers are of more than one size besides 0."""
    sizes = np.concatenate([np.abs(array.expected).ravel() for array in arrays] or [np.zeros(0)])
    return len(np.unique(sizes[(sizes > TINY) & np.isfinite(sizes)])) > 1


def function_of_expected(evidence: Evidence) -> str:
    """The result is a familiar function of the expected one: its square, its logarithm."""
    arrays = numeric(evidence)
    if sum(a.got.size for a in arrays) < TWO:
        return ""
    for words, function in FUNCTIONS if _varied(arrays) else WHOLE_FUNCTIONS:
        if all(a.equals(function(a.expected)) for a in arrays):
            return f"{evidence.subject} is {words} the expected one, entry by entry."
    return ""


def constant_factor(evidence: Evidence) -> str:
    """Each result is the expected one times a factor; the factor in terms of the sizes."""
    words = _factors(evidence, numeric(evidence))
    return f"{evidence.subject} is the expected one times {words}." if words else ""


def factor_beside_argument(evidence: Evidence) -> str:
    """Each result is that, once an argument is taken off, such as a bias that is added."""
    for position, name in enumerate(evidence.exercise.parameters):
        arrays = [_without(array, position) for array in numeric(evidence)]
        known = [array for array in arrays if array]
        if len(known) == len(arrays) and (words := _factors(evidence, known)):
            return f"with `{name}` taken off, {evidence.subject} is the expected one times {words}."
    return ""


def _without(array: WrongArray, position: int) -> WrongArray | None:
    """An array minus an argument that can be broadcast to it; None where it cannot."""
    given = array.case.arguments[position : position + 1]
    if not given or not _fits(given[0], array.expected) or not np.any(given[0]):
        return None
    return replace(array, expected=array.expected - given[0], got=array.got - given[0])


def _factors(evidence: Evidence, arrays: list[WrongArray]) -> str:
    """Describe the factors between the results and the expected ones; empty if there are none."""
    factors = [factor for array in arrays if (factor := _factor(array))]
    if not factors or len(factors) < len(arrays) or not _telling(arrays):
        return ""
    pairs = [(array.case, factor) for array, factor in zip(arrays, factors, strict=True)]
    counted = sum(np.count_nonzero(array.expected) for array in arrays)
    words = factor_in_words(evidence.exercise, pairs, evidence.cases)
    named, several = " is " in words, len({round(f, 9) for f in factors}) > 1
    if counted < TWO or (several and counted < TWO * len(arrays) and not named):
        return ""
    return words or f"a number of its own: {', '.join(number(f) for f in sorted(set(factors))[:4])}"


def _telling(arrays: list[WrongArray]) -> bool:
    """Whether a factor would not be found by chance: not among a few whole numbers."""
    whole = all(np.array_equal(array.expected, array.expected.round()) for array in arrays)
    return not whole or _varied(arrays)


def _factor(array: WrongArray) -> float:
    """The factor between a result and the expected one; 0 if there is none."""
    place = np.unravel_index(np.argmax(np.abs(array.expected)), array.expected.shape)
    if not np.isfinite(array.got).all() or abs(array.expected[place]) < TINY:
        return 0.0
    factor = float(array.got[place] / array.expected[place])
    scale = max(1.0, abs(factor))
    same = np.allclose(array.got, factor * array.expected, array.tolerance * scale, TINY * scale)
    return factor if same and abs(factor) < 1 / TINY else 0.0


def constant_offset(evidence: Evidence) -> str:
    """One number is added everywhere."""
    arrays = numeric(evidence)
    offsets = np.concatenate([(a.got - a.expected).ravel() for a in arrays] or [np.zeros(0)])
    if offsets.size < TWO or not np.isfinite(offsets).all():
        return ""
    if not np.allclose(offsets, offsets[0], 1e-5, 1e-7) or abs(offsets[0]) < 1e-7:
        return ""
    sign = "plus" if offsets[0] > 0 else "minus"
    return f"{evidence.subject} is the expected one {sign} {number(abs(offsets[0]))}."


def few_digits(evidence: Evidence) -> str:
    """The result is nearly right: as in float32, or with an ε at another place."""
    arrays = numeric(evidence)
    errors = [_relative_error(array) for array in arrays]
    if not errors or not TINY < max(errors) < CLOSE:
        return ""
    digits = int(-np.log10(max(errors)))
    values = (array.case.got.value for array in arrays)
    single = any(np.asarray(v).dtype == np.float32 for v in values if is_numeric(v))
    cause = "it is float32" if single else "as in float32, or with an ε at another place"
    return f"{evidence.subject} is right to about {digits} digits, not to more: {cause}."


def _relative_error(array: WrongArray) -> float:
    if not np.isfinite(array.got).all() or np.array_equal(array.expected, array.expected.round()):
        return np.inf
    return float(np.max(np.abs(array.got - array.expected)) / np.max(np.abs(array.expected)))


def not_finite(evidence: Evidence) -> str:
    """All is right but what is NaN or infinite; and how large the arguments are there."""
    arrays = numeric(evidence)
    if not arrays or any(np.isfinite(a.got[a.wrong]).any() for a in arrays):
        return ""
    text = f"{evidence.subject} is NaN or infinite where it is wrong; all other entries are right"
    largest = [_largest(case.arguments) for case in evidence.failed]
    others = [_largest(case.arguments) for case in evidence.cases if not case.wrong]
    if min(largest) >= 100 and max(others, default=0) < min(largest):
        text += f". It happens only where numbers of {number(min(largest))} and more are given"
    return f"{text}."


def _largest(arguments: tuple) -> float:
    arrays = (np.asarray(a) for a in arguments if is_numeric(plain(a)))
    sizes = (np.max(np.abs(a)) for a in arrays if a.size and a.dtype.kind == "f")
    return float(max(sizes, default=0.0))


def factor_of_rows(evidence: Evidence) -> str:
    """Along one axis, the result is the expected one times a number of each row."""
    return _of_rows(evidence, _row_factors, "times a number of its own")


def offset_of_rows(evidence: Evidence) -> str:
    """Along one axis, the result is the expected one plus a number of each row."""
    return _of_rows(evidence, _row_offsets, "plus a number of its own")


def _of_rows(evidence: Evidence, explained: Callable, words: str) -> str:
    """Whether the numbers of each row are explained by one number that all of them share."""
    arrays = numeric(evidence)
    if all(np.array_equal(array.expected, array.expected.round()) for array in arrays):
        return ""
    for axis in (-1, -2, 0):
        sizes = [a.got.shape[axis] for a in arrays if a.got.ndim > (abs(axis) - 1 if axis else 0)]
        if not sizes or len(sizes) < len(arrays) or max(sizes) <= TWO or min(sizes) < TWO:
            continue
        if all(array.equals(explained(array, axis)) for array in arrays):
            along = axis_in_words(axis)
            return f"every row of {evidence.subject} along {along} is the expected row {words}."
    return ""


def _row_factors(array: WrongArray, axis: int) -> np.ndarray:
    """The expected array, each row times what its largest entry was multiplied by."""
    largest = np.argmax(np.abs(array.expected), axis, keepdims=True)
    got, expected = (
        np.take_along_axis(entries, largest, axis) for entries in (array.got, array.expected)
    )
    return array.expected * np.where(expected == 0, 1.0, got / expected)


def _row_offsets(array: WrongArray, axis: int) -> np.ndarray:
    """The expected array, each row plus what its first entry is off by."""
    return array.expected + (array.got - array.expected).take([0], axis)


def scores_scaled(evidence: Evidence) -> str:
    """The rows sum to 1, and are a softmax of the right scores times a factor."""
    arrays = numeric(evidence)
    if not arrays or not all(array.got.ndim and _is_softmax(array) for array in arrays):
        return ""
    telling = [array for array in arrays if np.all(array.expected > TINY)]
    factors = [factor for array in telling if (factor := _score_factor(array))]
    if not telling or len(factors) < len(telling):
        return ""
    pairs = [(array.case, factor) for array, factor in zip(telling, factors, strict=True)]
    words = factor_in_words(evidence.exercise, pairs, []) or "a number of each result's own"
    return f"{evidence.subject} is a softmax of the right scores, but times {words}."


def _is_softmax(array: WrongArray) -> bool:
    both = (array.expected, array.got)
    return all(np.all(x >= 0) and np.allclose(x.sum(-1), 1.0) for x in both)


def _score_factor(array: WrongArray) -> float:
    """The factor between the logarithms, without what the rows were divided by; 0 if none fits.
    Weights that are 0 have none."""
    shown = (array.expected > TINY) & (array.got > TINY)
    one, other = (_centred_logarithms(x, shown) for x in (array.expected, array.got))
    if (norm := np.sum(one**2)) < TINY or np.count_nonzero(shown) < TWO + 1:
        return 0.0
    factor = float(np.sum(one * other) / norm)
    return factor if np.allclose(other, factor * one, 1e-5, 1e-6) else 0.0


def _centred_logarithms(entries: np.ndarray, shown: np.ndarray) -> np.ndarray:
    logarithms = np.where(shown, np.log(np.where(shown, entries, 1.0)), 0.0)
    count = np.maximum(shown.sum(-1, keepdims=True), 1)
    return np.where(shown, logarithms - logarithms.sum(-1, keepdims=True) / count, 0.0)
