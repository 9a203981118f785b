"""Exercises and the grader, which compares a student's function with the right one.

The exercises themselves are folders of a course (`lessons/*/exercises/*`).
"""

from collections.abc import Callable, Iterator
from typing import Any

Cases = Callable[..., Iterator[tuple[Any, ...]]]
"""A test: a generator of the arguments of each call. One that draws them takes `rng`."""


def points(worth: int) -> Callable[[Cases], Cases]:
    """Mark a function as a test of an exercise that earns all of its points or none.

    The docstring of the test is its title. A test that takes `rng`, a `np.random.Generator`, draws
    numbers and sizes from it: a student sees the same ones while working, and points are given for
    others as well, so that stored results earn nothing.

    For example, in an exercise's `tests.py`:

        @points(2)
        def rows_of_different_length(rng):
            '''Rows of different length.'''
            yield np.zeros((1, 3)), 2
            yield rng.normal(size=(rng.integers(2, 9), 7)), 2
    """

    def mark(test: Cases) -> Cases:
        test.points = worth  # type: ignore[attr-defined]
        return test

    return mark
