"""Exercises and the grader: runs a student's function beside the right one and says what differs.

It knows no exercise: these are folders of a course (`lessons/*/exercises/*`).
"""

from collections.abc import Callable, Iterator
from typing import Any

Cases = Callable[[], Iterator[tuple[Any, ...]]]
"""A test: yields the arguments of one call after the other."""


def points(worth: int) -> Callable[[Cases], Cases]:
    """What a test of an exercise is worth: all of it, or nothing. Its docstring is its title.

    For example, in an exercise's `tests.py`:

        @points(2)
        def rows_of_different_length():
            '''Rows of different length.'''
            yield np.zeros((1, 3)), 2
            yield np.zeros((5, 7)), 2
    """

    def mark(test: Cases) -> Cases:
        test.points = worth  # type: ignore[attr-defined]
        return test

    return mark
