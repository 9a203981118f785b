"""The sizes in the arguments of a case, and factors in terms of them: √8, and 8 is head_dim."""

import ast
import math
import re
from collections.abc import Callable, Iterator

import numpy as np

from zen_transformer.grading.evidence import GradedCase
from zen_transformer.grading.exercise import Exercise

AXES = re.compile(r"^ +((?:\w+, )*\w+): [^\[\n]*\[([\w*. ,]+)\]", re.MULTILINE)
"""Axes in the docstring of a task, as in `dy, x: [*rows, hidden]`."""

FORMS: list[tuple[str, Callable[[float], float]]] = [
    ("{}", lambda n: n),
    ("1/{}", lambda n: 1 / n),
    ("√{}", math.sqrt),
    ("1/√{}", lambda n: 1 / math.sqrt(n)),
]
"""The factors that a size may give."""

CONSTANTS = [*range(2, 11), 100, 1000]
FAVOURITES = ("head_dim", "hidden", "batch", "length")
"""Sizes that are named first where several fit."""


def axis_names(exercise: Exercise) -> dict[str, list[str]]:
    """Read the names of the arguments' axes from the docstring of the task.

    One that stands for several, such as `*rows` or `...`, and those before it have none.
    """
    names: dict[str, list[str]] = {}
    for arguments, axes in AXES.findall(_docstring(exercise)):
        listed = [axis.strip() for axis in axes.split("...")[-1].strip(", ").split(",")]
        several = [i for i, axis in enumerate(listed) if axis.startswith("*")]
        listed = listed[several[-1] + 1 :] if several else listed
        names |= {name: listed for name in arguments.split(", ")}
    return names


def _docstring(exercise: Exercise) -> str:
    for node in ast.parse(exercise.task).body:
        if isinstance(node, ast.FunctionDef) and node.name == exercise.name:
            return ast.get_docstring(node, clean=False) or ""
    return ""


def sizes_of(exercise: Exercise, case: GradedCase) -> dict[str, float]:
    """List the sizes in the arguments of a case, each with a description.

    Sizes of axes, arguments that are numbers, counts of 1 in masks, and quotients such as
    hidden / heads.
    """
    sizes: dict[str, float] = {}
    named = axis_names(exercise)
    numbers = {}
    for name, value in zip(exercise.parameters, case.arguments, strict=False):
        if isinstance(value, np.ndarray):
            sizes |= dict(_axes(name, value, named.get(name, [])))
            sizes[f"the number of entries of `{name}`"] = value.size
            if value.ndim > 1:
                sizes[f"the number of rows of `{name}`"] = math.prod(value.shape[:-1])
            if set(np.unique(value)) <= {0, 1}:
                sizes[f"the number of ones in `{name}`"] = float(np.sum(value))
        elif isinstance(value, int | float) and not isinstance(value, bool):
            numbers[f"`{name}`"] = float(value)
            sizes[f"1 − `{name}`"] = 1.0 - value
    quotients = {
        f"{_short(size)} / {number}": n / count
        for size, n in sizes.items()
        for number, count in numbers.items()
        if count > 1 and n % count == 0 and "the last axis" in size
    }
    return {**sizes, **numbers, **quotients}


def _axes(name: str, array: np.ndarray, named: list[str]) -> Iterator[tuple[str, float]]:
    """Yield every axis of an array, in words, with its size."""
    for axis, size in enumerate(array.shape):
        from_end = array.ndim - axis
        ordinal = "the last axis" if from_end == 1 else axis_in_words(axis)
        short = f"{named[-from_end]}, " if from_end <= len(named) else ""
        yield f"{short}{ordinal} of `{name}`", size


def _short(size: str) -> str:
    return size.split(",")[0]


ORDINALS = ("first", "second", "third", "fourth", "fifth")


def axis_in_words(axis: int) -> str:
    """Name an axis; one that is counted from the end has a negative number."""
    if axis in (-1, -2):
        return "the last axis" if axis == -1 else "the last axis but one"
    ordinal = ORDINALS[axis if axis >= 0 else -axis - 1]
    return f"the {ordinal} axis" + ("" if axis >= 0 else " from the end")


Factors = list[tuple[GradedCase, float]]


def factor_in_words(exercise: Exercise, factors: Factors, cases: list[GradedCase]) -> str:
    """Describe the factors of the wrong cases: by one size that explains all of them, also why the
    factor is 1 in the right cases; or by a familiar number; or, if they are equal, by that.

    For example "2.82843 = √8, and 8 is head_dim, the last axis of `query`".
    """
    right = [(case, 1.0) for case in cases if not case.wrong and _has_numbers(case)]
    if words := _by_size(exercise, [*factors, *right]):
        return words
    factor = factors[0][1]
    if any(not _equal(factor, other) for _, other in factors):
        return ""
    for n in CONSTANTS:
        for form, function in FORMS:
            if _equal(function(n), factor):
                written = form.format(n)
                return written if form == "{}" else f"{factor:.6g} = {written}"
    return f"{factor:.6g}"


def _has_numbers(case: GradedCase) -> bool:
    """Whether a factor would show in a result."""
    value = case.expected.value
    return isinstance(value, np.ndarray | float) and bool(np.any(value))


def _by_size(exercise: Exercise, factors: Factors) -> str:
    sizes = [sizes_of(exercise, case) for case, _ in factors]
    shared = set(sizes[0]).intersection(*sizes[1:])
    for name in sorted((name for name in sizes[0] if name in shared), key=_rank):
        for form, function in FORMS:
            pairs = [(size[name], factor) for size, (_, factor) in zip(sizes, factors, strict=True)]
            if all(n > 0 and _equal(function(n), factor) for n, factor in pairs):
                return _in_words(name, form, [(n, factor) for n, factor in pairs if n != 1])
    return ""


def _in_words(name: str, form: str, pairs: list[tuple[float, float]]) -> str:
    values = {n for n, _ in pairs}
    if len(values) > 1:
        return f"{form.format('N')}, where N is {name}"
    n, factor = pairs[0]
    equal = "" if form == "{}" else f"{factor:.6g} = "
    return f"{equal}{form.format(f'{n:g}')}, and {n:g} is {name}"


def _equal(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-5)


def _rank(name: str) -> int:
    short = _short(name)
    return FAVOURITES.index(short) if short in FAVOURITES else len(FAVOURITES)
