"""Errors of the user. Their message names the value, the limit and the remedy in one line."""

from numbers import Integral


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
    """Check that low ≤ value ≤ high.

    Raises:
        UserError: names the value and the limits.
    """
    if not low <= value <= high:
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
