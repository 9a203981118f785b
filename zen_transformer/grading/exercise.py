"""An exercise: a folder with `exercise.toml`, `task.py`, `answer.py` and `tests.py`."""

import ast
import tomllib
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

from zen_transformer.errors import UserError
from zen_transformer.grading.values import TOLERANCE, read_values

Arguments = tuple[Any, ...]
EXERCISES, FROZEN = "exercises", "cases"


@dataclass(frozen=True)
class Mistake:
    """What people write instead: a change of the right answer, and what is said about it."""

    name: str
    change: str
    to: str
    message: str
    section: str = ""

    def patched(self, answer: str) -> str:
        """The source of the answer with the mistake in it.

        Raises:
            UserError: what is to be changed does not occur, or several times.
        """
        if (found := answer.count(self.change)) != 1:
            raise UserError(
                f"mistake {self.name}: its change occurs {found} times in task.py and answer.py "
                "together, not once"
            )
        return answer.replace(self.change, self.to)


@dataclass(frozen=True)
class Test:
    """Some calls that are worth points together."""

    name: str
    title: str
    points: int
    cases: list[Arguments]


@dataclass(frozen=True)
class Settings:
    """What `exercise.toml` says."""

    title: str
    section: str
    hints: list[str] = field(default_factory=list)
    packages: list[str] = field(default_factory=list)
    tolerance: float = TOLERANCE
    mistake: list[Mistake] = field(default_factory=list)


@dataclass(frozen=True)
class Exercise:
    """A function to write. Its files are read when they are asked for."""

    folder: Path

    @property
    def name(self) -> str:
        """Of the folder and of the function."""
        return self.folder.name

    @property
    def lesson(self) -> str:
        """The folder of the lesson that it belongs to, such as 03_attention."""
        return self.folder.parents[1].name

    @cached_property
    def settings(self) -> Settings:
        """What `exercise.toml` says."""
        path = self.folder / "exercise.toml"
        try:
            values = tomllib.loads(path.read_text("utf-8"))
            values["mistake"] = [_checked(Mistake, m, path) for m in values.get("mistake", [])]
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UserError(f"{path} is not readable TOML: {error}") from error
        return _checked(Settings, values, path)

    @property
    def mistakes(self) -> list[Mistake]:
        """The known ones; none in a released exercise."""
        return self.settings.mistake

    @cached_property
    def task(self) -> str:
        """The source that a student starts from."""
        return (self.folder / "task.py").read_text("utf-8")

    @cached_property
    def answer(self) -> str:
        """The source of the reference answer: the task, and after it the function as it should be,
        which may use what the task gives. There is none in a released exercise."""
        answer = (self.folder / "answer.py").read_text("utf-8")
        return f"{self.task}\n\n{answer}"

    @cached_property
    def frozen(self) -> dict[str, Any] | None:
        """What `tests.py` and `answer.py` gave, where an exercise is released without these."""
        path = self.folder / FROZEN
        return read_values(path) if path.with_suffix(".json").is_file() else None

    @cached_property
    def tests(self) -> list[Test]:
        """The tests, in the order in which they are written."""
        if self.frozen is not None:
            return [
                Test(**{**test, "cases": [case["arguments"] for case in test["cases"]]})
                for test in self.frozen["tests"]
            ]
        path = self.folder / "tests.py"
        module = module_from(path.read_text("utf-8"), str(path))
        marked = [entry for entry in vars(module).values() if hasattr(entry, "points")]
        return [
            Test(
                name=test.__name__,
                title=(test.__doc__ or test.__name__.replace("_", " ")).strip().split("\n")[0],
                points=test.points,
                cases=[_arguments(case, test.__name__, path) for case in test()],
            )
            for test in marked
        ]

    @cached_property
    def parameters(self) -> list[str]:
        """The names of the function's arguments."""
        for node in ast.parse(self.task).body:
            if isinstance(node, ast.FunctionDef) and node.name == self.name:
                return [entry.arg for entry in (*node.args.posonlyargs, *node.args.args)]
        raise UserError(f"{self.folder / 'task.py'} has no function {self.name}")

    @property
    def cases(self) -> list[Arguments]:
        """Of all tests."""
        return [case for test in self.tests for case in test.cases]

    @property
    def points(self) -> int:
        """What can be had."""
        return sum(test.points for test in self.tests)


def _checked(kind: type, values: dict[str, Any], path: Path) -> Any:
    """A dataclass from values, whose names are checked."""
    known = {entry.name for entry in fields(kind)}
    if unknown := set(values) - known:
        raise UserError(
            f"{path}: no setting {sorted(unknown)[0]}: choose {', '.join(sorted(known))}"
        )
    try:
        return kind(**values)
    except TypeError as error:
        raise UserError(f"{path}: {error}") from error


def _arguments(case: Any, test: str, path: Path) -> Arguments:
    if not isinstance(case, tuple):
        raise UserError(
            f"{path}: {test} yields a {type(case).__name__}: yield a tuple, also of one"
        )
    return case


def module_from(source: str, file: str) -> ModuleType:
    """A module that is nowhere registered, from its source."""
    module = ModuleType(Path(file).stem)
    module.__file__ = file
    exec(compile(source, file, "exec"), vars(module))
    return module
