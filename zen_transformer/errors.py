"""Errors of the user. Their message names the value, the limit and the remedy in one line."""

import dataclasses
import difflib
import math
from collections.abc import Iterable
from numbers import Integral
from typing import Any

LARGEST = 2**31 - 1
"""The largest whole number that a setting takes: JAX computes in 32 bits."""


class UserError(Exception):
    """An input of the user is not valid. The command line prints the message and exits with 2."""


def check_count(name: str, value: int, low: int, high: float = float("inf")) -> None:
    """Check that a value is a whole number from low to high.

    Raises:
        UserError: names the value and the limits.
    """
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise UserError(f"{name} is {value!r}: it must be a whole number")
    check_range(name, value, low, high)


def check_range(name: str, value: float, low: float, high: float = float("inf")) -> None:
    """Check that low ≤ value ≤ high, and that the value is finite; a whole number is at most
    `LARGEST`.

    Raises:
        UserError: names the value and the limits.
    """
    if isinstance(value, Integral) and value > LARGEST:
        high = min(high, LARGEST)
    if not (low <= value <= high and value < float("inf")):
        limits = f"at least {low}" if high == float("inf") else f"from {low} to {high}"
        raise UserError(f"{name} is {value}: it must be {limits}")


def check_characters(text: str) -> None:
    """Raise a `UserError` if a text holds half of a surrogate pair, which UTF-8 cannot encode."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UserError(
            f"the text holds half of a surrogate pair, {text[error.start]!r}, at {error.start}: "
            "this is no character; replace it, as text.encode('utf-8', 'replace').decode() does"
        ) from error


def shortened(text: str, limit: int = 80) -> str:
    """Return the text, or its beginning, for a message of one line."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def did_you_mean(name: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Return the question whether the most similar of the known names was meant, with a space
    behind it; nothing, if none is similar."""
    near = difflib.get_close_matches(name, known, 1, cutoff)
    return f"did you mean {near[0]}? " if near else ""


def check_finite(settings: Any, name: str = "") -> None:
    """Check that the numbers in settings are finite, and whole numbers not above `LARGEST`, also
    those in their groups and lists.

    Args:
        settings: a dataclass, or a value in one.
        name: of the value, as on the command line: `pretraining.shares`.

    Raises:
        UserError: names the setting.
    """
    if isinstance(settings, float) and not math.isfinite(settings):
        raise UserError(f"{name} is {settings}: give a finite number")
    if isinstance(settings, int) and abs(settings) > LARGEST:
        raise UserError(f"{name} is {settings}: whole numbers are at most {LARGEST}")
    if dataclasses.is_dataclass(settings):
        for field in dataclasses.fields(settings):
            check_finite(getattr(settings, field.name), f"{name}.{field.name}".lstrip("."))
    elif isinstance(settings, dict):
        check_finite(list(settings.values()), name)
    elif isinstance(settings, list | tuple):
        for value in settings:
            check_finite(value, name)
