"""The form of a result: its types, apart from its values.

A list in place of an array, or 1.0 in place of 1, may hold all the right values.
"""

from typing import Any

import numpy as np

from zen_transformer.grading.calls import Outcome, mismatch
from zen_transformer.grading.values import UnsupportedValue, difference, is_numeric, plain

NUMBERS = "biuf"
"""Kinds of dtypes whose values are compared across kinds."""


def form_flaw(expected: Outcome, got: Outcome, tolerance: float) -> str:
    """Say what is wrong with the form of an outcome whose values are right; empty if the values
    are wrong as well, or if nothing is."""
    if expected.error or got.error:
        return ""
    recast = in_form_of(expected.value, got.value)
    if difference(expected.value, recast, tolerance):
        return ""
    return mismatch(expected, got, tolerance)


def in_form_of(expected: Any, value: Any) -> Any:
    """Bring a plain value into the types of another one, as far as that changes no number."""
    if isinstance(expected, dict) and isinstance(value, dict) and expected.keys() == value.keys():
        return {name: in_form_of(entry, value[name]) for name, entry in expected.items()}
    if isinstance(expected, list | tuple):
        entries = _entries(value)
        if entries is None or len(entries) != len(expected):
            return value
        pairs = zip(expected, entries, strict=True)
        return type(expected)(in_form_of(one, other) for one, other in pairs)
    if is_numeric(expected) and (is_numeric(value) or isinstance(value, list | tuple)):
        recast = _as_array(np.asarray(expected), value)
        single = isinstance(recast, np.ndarray) and not recast.ndim
        return recast.item() if single and not isinstance(expected, np.ndarray) else recast
    return value


def _entries(value: Any) -> list | None:
    """The entries of a list, a tuple or an array; None for anything else."""
    if isinstance(value, np.ndarray):
        return [plain(entry) for entry in value] if value.ndim else None
    return list(value) if isinstance(value, list | tuple) else None


def _as_array(expected: np.ndarray, value: Any) -> Any:
    """Make an array of the expected kind of a value, or leave it if it does not hold the same."""
    try:
        array = np.asarray(value)
        if array.dtype.kind not in NUMBERS or expected.dtype.kind not in NUMBERS:
            return value
        with np.errstate(invalid="ignore"):
            recast = array.astype(expected.dtype)
    except (TypeError, ValueError, OverflowError):
        return value
    return recast if np.array_equal(recast, array, equal_nan=True) else value


def same_form(expected: Any, got: Any) -> bool:
    """Whether two plain values have the same types and shapes, so that only values can differ."""
    if is_numeric(expected) and is_numeric(got):
        return np.shape(expected) == np.shape(got)
    if isinstance(expected, dict) and isinstance(got, dict):
        same = expected.keys() == got.keys()
        return same and all(same_form(expected[name], got[name]) for name in expected)
    if type(expected) is not type(got) or isinstance(got, UnsupportedValue):
        return False
    if isinstance(expected, tuple):
        same = len(expected) == len(got)
        return same and all(map(same_form, expected, got))
    return True
