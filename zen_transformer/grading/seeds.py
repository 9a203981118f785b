"""The seed of cases that nobody has seen."""

import secrets

SEEDS = 10**6
"""Number of seeds that are drawn from."""


def drawn_seed() -> int:
    """A seed that nobody can guess, for an hour of grading; never 0."""
    return 1 + secrets.randbelow(SEEDS)
