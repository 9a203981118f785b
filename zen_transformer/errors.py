"""Mistakes a person can make, said in one line that names the value, the limit and the way out."""


class UserError(Exception):
    """What the user gave cannot work. The command line prints the message and exits with 2."""


def check_range(name: str, value: float, low: float, high: float = float("inf")) -> None:
    """Raise a `UserError` unless low ≤ value ≤ high."""
    if not low <= value <= high:
        limits = f"at least {low}" if high == float("inf") else f"from {low} to {high}"
        raise UserError(f"{name} is {value}: it must be {limits}")
