"""Plain values: arguments and results of an exercise, how they are compared and how stored.

Arrays, numbers, strings, booleans and None, and tuples, lists and dicts of these. They are stored
without code in them. This file needs only NumPy, since it is copied beside the tests of a student.
"""

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

TOLERANCE = 1e-6
"""Relative and absolute tolerance. Everything is computed in float64."""

KINDS = {"b": "booleans", "i": "integers", "u": "integers", "f": "floats", "c": "complex numbers"}
"""Names of the kinds of dtypes. Kinds are compared, widths are not."""

TEXT = "US"


@dataclass(frozen=True)
class UnsupportedValue:
    """Stands for a value that cannot be exchanged."""

    description: str

    def __repr__(self) -> str:
        return f"<{self.description}>"


def plain(value: Any) -> Any:
    """Copy a value so that every array is NumPy's and every named tuple a tuple.

    Numbers stay numbers: an array without axes cannot stand everywhere where a number can.
    """
    if value is None or isinstance(value, bool | str | int | float):
        return _plain_scalar(value)
    if isinstance(value, dict):
        if not all(isinstance(name, str) for name in value):
            return UnsupportedValue("dict whose keys are not all strings")
        return {str(name): plain(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        entries = [plain(entry) for entry in value]
        return entries if isinstance(value, list) else tuple(entries)
    if isinstance(value, complex) or hasattr(value, "__array__"):
        return _plain_array(value)
    return UnsupportedValue(type(value).__name__)


def _plain_scalar(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return UnsupportedValue("int of more than 64 bits")
    kind = next(kind for kind in (str, int, float) if isinstance(value, kind))
    return kind(value)


def _plain_array(value: Any) -> Any:
    try:
        array = np.array(value)
    except (TypeError, ValueError, OverflowError):
        return UnsupportedValue(type(value).__name__)
    if array.dtype.name == "bfloat16":
        array = array.astype(np.float32)
    if array.dtype.kind not in (*KINDS, *TEXT):
        return UnsupportedValue(f"array of {array.dtype.name}")
    return array


# Comparison


def difference(expected: Any, got: Any, tolerance: float = TOLERANCE, place: str = "") -> str:
    """Describe the first difference of two plain values; empty if there is none.

    A number equals an array without axes, and a single integer equals a float. In arrays integers,
    floats and booleans are told apart.
    """
    if is_numeric(expected) and is_numeric(got):
        return _located(place, _array_difference(np.asarray(expected), np.asarray(got), tolerance))
    if type(expected) is not type(got):
        return _located(place, f"expected {described(expected)}, got {described(got)}")
    if isinstance(expected, dict):
        return _dict_difference(expected, got, tolerance, place)
    if isinstance(expected, list | tuple):
        if len(expected) != len(got):
            return _located(place, f"expected {len(expected)} entries, got {len(got)}")
        pairs = enumerate(zip(expected, got, strict=True))
        differences = (difference(one, two, tolerance, f"{place}[{i}]") for i, (one, two) in pairs)
        return next(filter(None, differences), "")
    return "" if expected == got else _located(place, _text_difference(expected, got))


def is_numeric(value: Any) -> bool:
    """Whether a value is an array, a number or a boolean."""
    return isinstance(value, np.ndarray | bool | int | float)


def _located(place: str, difference: str) -> str:
    return f"in result{place}: {difference}" if place and difference else difference


def _dict_difference(expected: dict, got: dict, tolerance: float, place: str) -> str:
    missing, extra = sorted(set(expected) - set(got)), sorted(set(got) - set(expected))
    if missing or extra:
        parts = [f"no {name!r}" for name in missing] + [f"{name!r} too many" for name in extra]
        return _located(place, ", ".join(parts))
    differences = (
        difference(expected[name], got[name], tolerance, f"{place}[{name!r}]") for name in expected
    )
    return next(filter(None, differences), "")


def _text_difference(expected: Any, got: Any) -> str:
    """Texts that only look the same are written with the numbers of their characters."""
    if _composed(expected) == _composed(got):
        return f"expected {expected!a}, got {got!a}"
    return f"expected {expected!r}, got {got!r}"


def _composed(text: Any) -> Any:
    return unicodedata.normalize("NFC", text) if isinstance(text, str) else text


def _array_difference(expected: np.ndarray, got: np.ndarray, tolerance: float) -> str:
    if expected.shape != got.shape:
        return f"expected {described(expected)}, got {described(got)}"
    if not _same_kind(expected, got):
        return f"expected {_kind(expected)}, got {_kind(got)}"
    if expected.dtype.kind in "fc":
        wrong = ~np.isclose(got, expected, rtol=tolerance, atol=tolerance, equal_nan=True)
    else:
        wrong = expected != got
    if not wrong.any():
        return ""
    first = tuple(int(i) for i in np.argwhere(wrong)[0])
    where = f"at [{', '.join(map(str, first))}] " if first else ""
    one, other = number(expected[first]), number(got[first])
    if one == other:
        one, other = repr(expected[first].item()), repr(got[first].item())
    text = f"{where}expected {one}, got {other}"
    if expected.size > 1:
        text += f"; {np.count_nonzero(wrong)} of {expected.size} entries differ"
    return text


def _same_kind(expected: np.ndarray, got: np.ndarray) -> bool:
    one, other = _kind(expected), _kind(got)
    whole_for_float = expected.shape == () and (one, other) == ("floats", "integers")
    return one == other or whole_for_float


def _kind(array: np.ndarray) -> str:
    return KINDS.get(array.dtype.kind, "text")


def number(value: Any) -> str:
    """Write one entry of an array with six digits."""
    if isinstance(value, np.floating | float):
        return f"{float(value):.6g}"
    return str(value.item() if isinstance(value, np.generic) else value)


def described(value: Any) -> str:
    """Describe the kind of a plain value."""
    if isinstance(value, np.ndarray) and value.shape:
        return f"{_kind(value)} of shape {value.shape}"
    if is_numeric(value):
        return f"the {'boolean' if _kind(np.asarray(value)) == 'booleans' else 'number'} {value}"
    if isinstance(value, UnsupportedValue):
        return f"a value of type {value.description}"
    return repr(value) if value is None else f"a {type(value).__name__}"


def printable(text: str) -> str:
    """Replace the characters that a terminal would obey by spaces."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


LONGEST_TEXT = 300
"""Longest text, in characters, that is taken over from what a student's code made."""


def cut(text: str) -> str:
    """A printable text of limited length."""
    return printable(text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]} …")


# Storage


def pack(value: Any, arrays: list[np.ndarray]) -> Any:
    """Turn a plain value into JSON; arrays are appended to a list and referred to by number."""
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return {"array": len(arrays) - 1}
    if isinstance(value, dict):
        return {"dict": {name: pack(entry, arrays) for name, entry in value.items()}}
    if isinstance(value, list | tuple):
        return {type(value).__name__: [pack(entry, arrays) for entry in value]}
    if isinstance(value, UnsupportedValue):
        return {"strange": value.description}
    return value


def unpack(packed: Any, arrays: Sequence[np.ndarray]) -> Any:
    """Read a plain value that `pack` wrote.

    Raises:
        ValueError: it is not of the form that `pack` writes.
    """
    if packed is None or isinstance(packed, bool | str | int | float):
        return packed
    match packed:
        case {"array": int(position)} if 0 <= position < len(arrays):
            return arrays[position]
        case {"dict": dict(entries)}:
            return {name: unpack(entry, arrays) for name, entry in entries.items()}
        case {"list": list(entries)}:
            return [unpack(entry, arrays) for entry in entries]
        case {"tuple": list(entries)}:
            return tuple(unpack(entry, arrays) for entry in entries)
        case {"strange": str(description)}:
            return UnsupportedValue(description)
    raise ValueError(f"not a packed value: {packed!r}")


def write_values(path: Path, value: Any) -> None:
    """Write a plain value to PATH.json, and its arrays to PATH.npz."""
    arrays: list[np.ndarray] = []
    text = json.dumps(pack(value, arrays), ensure_ascii=False, indent=1)
    path.with_suffix(".json").write_text(text + "\n", "utf-8")
    np.savez(path.with_suffix(".npz"), *arrays, allow_pickle=False)


def read_values(path: Path) -> Any:
    """Read a plain value that `write_values` wrote."""
    with np.load(path.with_suffix(".npz"), allow_pickle=False) as file:
        arrays = [file[f"arr_{position}"] for position in range(len(file.files))]
    return unpack(json.loads(path.with_suffix(".json").read_text("utf-8")), arrays)


def numbers_in(value: Any) -> int:
    """Count the entries of a value, by which cases are ordered."""
    if isinstance(value, np.ndarray):
        return value.size
    if isinstance(value, dict):
        return sum(map(numbers_in, value.values()))
    if isinstance(value, list | tuple):
        return sum(map(numbers_in, value))
    return len(value) if isinstance(value, str) else 1
