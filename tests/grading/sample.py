"""A small course: one lesson with two exercises, of which the first has known mistakes."""

from pathlib import Path

from zen_transformer.grading.exercise import Exercise

MISTAKE = 'to = "x.sum(axis=-1, keepdims=1)"'
SETTINGS = """
title = "Shares"
section = "Sums"
hints = ["Divide.", "By the sum.", "x / x.sum(axis=-1, keepdims=True)"]

[[mistake]]
name = "shares-of-everything"
change = "x.sum(axis=-1, keepdims=True)"
to = "x.sum()"
message = "These are shares of the whole array: sum over the last axis."

[[mistake]]
name = "shares-of-columns"
change = "x.sum(axis=-1, keepdims=True)"
to = "x.sum(axis=0, keepdims=True)"
message = "These are shares of columns: sum over the last axis."
section = "Axes"
"""
TASK = '''
import numpy as np


def shares(x: np.ndarray, times: int) -> np.ndarray:
    """times · x / Σ x, row by row."""
    raise NotImplementedError
'''
ANSWER = '''
import numpy as np


def shares(x: np.ndarray, times: int) -> np.ndarray:
    """times · x / Σ x, row by row."""
    if times < 0:
        raise ValueError("times must not be negative")
    return times * x / x.sum(axis=-1, keepdims=True)
'''
TESTS = '''
import numpy as np

from zen_transformer.grading import points


@points(1)
def one_row():
    """One row."""
    yield np.array([1.0, 3.0]), 1


@points(2)
def rows(rng):
    """Rows of their own."""
    yield np.arange(6.0).reshape(2, 3), 2
    yield rng.uniform(1, 2, size=rng.integers(2, 5, 2)), 1


@points(1)
def negative():
    """A negative number is refused."""
    yield np.ones(2), -1
'''
JAX_SETTINGS = """
title = "Twice, in JAX"
section = "Axes"
hints = ["Add."]
packages = ["jax"]
"""
JAX_TASK = '''
def twice(x):
    """2 x."""
    raise NotImplementedError
'''
JAX_ANSWER = '''
import jax.numpy as jnp


def twice(x):
    """2 x."""
    return jnp.add(x, x)
'''
JAX_TESTS = '''
import numpy as np

from zen_transformer.grading import points


@points(1)
def two_numbers(rng):
    """Two numbers."""
    yield (rng.uniform(1, 2, size=2),)
'''
FILES = ("exercise.toml", "task.py", "answer.py", "tests.py")
LESSON = "# %% [markdown]\n# # 01 · Sums\n#\n# ## Sums\n# ## Axes\n"


def write_course(folder: Path) -> Path:
    """A course of one lesson, 01_sums."""
    lesson = folder / "01_sums"
    _write(lesson / "exercises" / "shares", SETTINGS, TASK, ANSWER, TESTS)
    _write(lesson / "exercises" / "twice", JAX_SETTINGS, JAX_TASK, JAX_ANSWER, JAX_TESTS)
    (lesson / "lesson.py").write_text(LESSON, "utf-8")
    return folder


def _write(folder: Path, *texts: str) -> None:
    folder.mkdir(parents=True)
    for name, text in zip(
        ("exercise.toml", "task.py", "answer.py", "tests.py"), texts, strict=True
    ):
        (folder / name).write_text(text, "utf-8")


def shares(course: Path) -> Exercise:
    """The exercise with known mistakes."""
    return Exercise(course / "01_sums" / "exercises" / "shares")
