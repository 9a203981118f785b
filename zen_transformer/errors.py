"""Errors of the user. Their message names the value, the limit and the remedy in one line."""


class UserError(Exception):
    """An input of the user is not valid. The command line prints the message and exits with 2."""


def check_range(name: str, value: float, low: float, high: float = float("inf")) -> None:
    """Check that low ≤ value ≤ high.

    Raises:
        UserError: names the value and the limits.
    """
    if not low <= value <= high:
        limits = f"at least {low}" if high == float("inf") else f"from {low} to {high}"
        raise UserError(f"{name} is {value}: it must be {limits}")
