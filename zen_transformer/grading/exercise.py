"""An exercise: a folder with `exercise.toml`, `task.py`, `answer.py` and `tests.py`."""

import ast
import copy
import inspect
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from zen_transformer.errors import UserError
from zen_transformer.grading import Cases
from zen_transformer.grading.calls import Outcome
from zen_transformer.grading.values import TOLERANCE, read_values

Arguments = tuple[Any, ...]
EXERCISES, FROZEN = "exercises", "cases"

HEADING = re.compile(r"^# #{1,6} +(.+?) *$", re.MULTILINE)
"""A heading in `lesson.py`."""


@dataclass(frozen=True)
class KnownMistake:
    """A mistake that the grader recognises: a change of the right answer, and its explanation."""

    name: str
    change: str
    to: str
    message: str
    section: str = ""

    def patched(self, answer: str) -> str:
        """Make the change in the source of the answer.

        Raises:
            UserError: the text to change does not occur exactly once.
        """
        if (count := answer.count(self.change)) != 1:
            raise UserError(
                f"mistake {self.name}: its change occurs {count} times in task.py and answer.py "
                "together, not once"
            )
        return answer.replace(self.change, self.to)


@dataclass(frozen=True)
class Test:
    """Some calls that earn points together."""

    name: str
    title: str
    points: int
    cases: list[Arguments]
    expected: list[Outcome] | None = None
    """The outcomes to expect, where the exercise is released without its answer."""


@dataclass(frozen=True)
class ExerciseSettings:
    """The content of `exercise.toml`."""

    title: str
    section: str
    hints: list[str] = field(default_factory=list)
    packages: list[str] = field(default_factory=list)
    """Packages that may be imported besides NumPy, SciPy and JAX; with "jax", JAX must be."""
    forbidden: list[str] = field(default_factory=list)
    """Dotted names that may not be used, such as jax.grad: they are what is to be written."""
    tolerance: float = TOLERANCE
    mistake: list[KnownMistake] = field(default_factory=list)


@dataclass(frozen=True)
class Exercise:
    """A function to write. The files of its folder are read when they are needed."""

    folder: Path
    seed: int = 0
    """Seed of the tests that draw their arguments. Seed 0 gives what a student sees while working;
    another gives only these tests, with other numbers, of other sizes."""

    @property
    def name(self) -> str:
        """The name of the folder and of the function."""
        return self.folder.name

    @property
    def lesson(self) -> str:
        """The name of the lesson's folder, such as 03_attention."""
        return self.folder.parents[1].name

    @cached_property
    def place(self) -> tuple[str, int]:
        """Where in the course it comes: its lesson, and there its section."""
        path = self.folder.parents[1] / "lesson.py"
        text = path.read_text("utf-8") if path.is_file() else ""
        headings = HEADING.findall(text)
        section = self.settings.section
        return self.lesson, headings.index(section) if section in headings else 0

    @cached_property
    def settings(self) -> ExerciseSettings:
        """The content of `exercise.toml`."""
        path = self.folder / "exercise.toml"
        try:
            values = tomllib.loads(path.read_text("utf-8"))
            values["mistake"] = [_checked(KnownMistake, m, path) for m in values.get("mistake", [])]
        except (ValueError, RecursionError) as error:
            raise UserError(f"{path} is not readable TOML: {error}") from error
        return _checked(ExerciseSettings, values, path)

    @property
    def mistakes(self) -> list[KnownMistake]:
        """The known mistakes; none in a released exercise."""
        return self.settings.mistake

    @cached_property
    def task(self) -> str:
        """The source that a student starts from."""
        return (self.folder / "task.py").read_text("utf-8")

    @cached_property
    def answer(self) -> str:
        """The source of the reference answer: the task and then the right function, which may use
        what the task defines. A released exercise has none."""
        answer = (self.folder / "answer.py").read_text("utf-8")
        return f"{self.task}\n\n{answer}"

    @property
    def is_released(self) -> bool:
        """Whether the exercise has stored outcomes in place of `tests.py` and `answer.py`."""
        return (self.folder / f"{FROZEN}.json").is_file()

    @cached_property
    def tests(self) -> list[Test]:
        """The tests, in the order in which they are written."""
        if self.is_released:
            return [_frozen_test(**test) for test in read_values(self.folder / FROZEN)["tests"]]
        path = self.folder / "tests.py"
        module = load_module(path.read_text("utf-8"), str(path))
        marked = [entry for entry in vars(module).values() if hasattr(entry, "points")]
        if self.seed:
            marked = [test for test in marked if _is_drawn(test)]
        return [
            Test(
                name=test.__name__,
                title=(test.__doc__ or test.__name__.replace("_", " ")).strip().split("\n")[0],
                points=test.points,
                cases=[_arguments(case, test.__name__, path) for case in self._cases(test)],
            )
            for test in marked
        ]

    def _cases(self, test: Cases) -> Iterator[Any]:
        return test(np.random.default_rng(self.seed)) if _is_drawn(test) else test()

    @cached_property
    def parameters(self) -> list[str]:
        """The names of the function's arguments."""
        for node in ast.parse(self.task).body:
            if isinstance(node, ast.FunctionDef) and node.name == self.name:
                return [entry.arg for entry in (*node.args.posonlyargs, *node.args.args)]
        raise UserError(f"{self.folder / 'task.py'} has no function {self.name}")

    def unseen(self, seed: int) -> list["Exercise"]:
        """This exercise with cases that no student has seen; none without a seed or an answer."""
        return [replace(self, seed=seed)] if seed and not self.is_released else []

    @property
    def cases(self) -> list[Arguments]:
        """The arguments of every call of every test."""
        return [case for test in self.tests for case in test.cases]

    @property
    def points(self) -> int:
        """The points that the exercise is worth."""
        return sum(test.points for test in self.tests)


def _is_drawn(test: Cases) -> bool:
    """Whether a test takes a generator of random numbers."""
    return bool(inspect.signature(test).parameters)


def _checked(kind: type, values: dict[str, Any], path: Path) -> Any:
    """Build a dataclass from values, whose names are checked."""
    known = {entry.name for entry in fields(kind)}
    if unknown := set(values) - known:
        raise UserError(
            f"{path}: no setting {sorted(unknown)[0]}: choose {', '.join(sorted(known))}"
        )
    try:
        return kind(**values)
    except TypeError as error:
        raise UserError(f"{path}: {error}") from error


def _frozen_test(name: str, title: str, points: int, cases: list[dict[str, Any]]) -> Test:
    """Build a test from its stored arguments and outcomes."""
    expected = [Outcome(case["expected"], error=case["error"]) for case in cases]
    return Test(name, title, points, [case["arguments"] for case in cases], expected)


def _arguments(case: Any, test: str, path: Path) -> Arguments:
    if not isinstance(case, tuple):
        raise UserError(
            f"{path}: {test} yields a {type(case).__name__}: yield a tuple, also of one"
        )
    return copy.deepcopy(case)  # the test may change an array after yielding it


def load_module(source: str, file: str) -> ModuleType:
    """Run a source as a module that is not in `sys.modules`."""
    module = ModuleType(Path(file).stem)
    module.__file__ = file
    exec(compile(source, file, "exec"), vars(module))
    return module
