"""What is handed out: red tests that become green, and exercises without answers."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from zen_transformer.errors import UserError
from zen_transformer.grading.assignment import write_assignment, write_release, write_workflow
from zen_transformer.grading.autograder import write_autograder
from zen_transformer.grading.course import exercises_in
from zen_transformer.grading.exercise import Exercise
from zen_transformer.grading.grade import grade_source


@pytest.fixture
def work(course, tmp_path) -> Path:
    """A student's folder."""
    exercises = exercises_in(course)
    assert write_assignment(exercises, tmp_path / "work", exercises) == []
    return tmp_path / "work"


def test_what_is_written(work):
    names = {path.relative_to(work).as_posix() for path in work.rglob("*") if path.is_file()}
    cases = {f"cases/{name}.{end}" for name in ("shares", "twice") for end in ("json", "npz")}
    files = {"shares.py", "twice.py", "test_shares.py", "test_twice.py", "README.md"}
    assert names == files | cases | {"cases/values.py", "cases/forbidden.py"}
    readme = (work / "README.md").read_text("utf-8")
    assert "| `shares.py` | Shares | 4 | Sums |" in readme


def test_no_answer_is_written(work, exercise):
    text = "".join(path.read_text("utf-8") for path in work.rglob("*.*") if path.suffix != ".npz")
    assert "times * x" not in text
    assert not any(mistake.name in text for mistake in exercise.mistakes)


def test_what_a_student_wrote_stays(work, course):
    (work / "shares.py").write_text("mine", "utf-8")
    exercises = exercises_in(course)
    assert write_assignment(exercises, work, exercises) == ["shares", "twice"]
    assert (work / "shares.py").read_text("utf-8") == "mine"


def pytest_in(folder: Path, *files: str) -> str:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120).stdout


@pytest.mark.slow
def test_red_becomes_green(work, exercise):
    assert "6 failed, 1 passed" in pytest_in(work)  # one of them: twice.py does not import JAX
    (work / "shares.py").write_text(exercise.mistakes[0].patched(exercise.answer), "utf-8")
    twice = "import jax.numpy as jnp\n\n\ndef twice(x):\n    return 2 * jnp.asarray(x)\n"
    (work / "twice.py").write_text(twice, "utf-8")
    red = pytest_in(work)
    assert "2 failed, 5 passed" in red
    assert "at [0, 1] expected 0.666667, got 0.133333; 5 of 6 entries differ" in red


@pytest.mark.slow
def test_red_where_grade_gives_less_than_all(work, exercise):
    """A change in place, a list in place of an array; but not an answer in JAX, with its floats."""
    lines = exercise.answer.rstrip().split("\n")
    changing = [*lines[:-1], "    x /= x.sum(axis=-1, keepdims=True)", "    return times * x"]
    as_list = [*lines[:-1], f"{lines[-1].replace('return ', 'return (')}).tolist()"]
    in_jax = "\n".join(lines).replace("import numpy", "import jax.numpy")
    for source, red in (
        ("\n".join(changing), "3 failed, 2 passed"),
        ("\n".join(as_list), "3 failed, 2 passed"),
        (in_jax, "5 passed"),
    ):
        (work / "shares.py").write_text(source, "utf-8")
        assert red in pytest_in(work, "test_shares.py"), source
        assert grade_source(exercise, source).complete == ("failed" not in red)


@pytest.mark.slow
def test_red_where_a_name_is_forbidden(course, tmp_path):
    folder = shutil.copytree(course, tmp_path / "course") / "01_sums" / "exercises" / "shares"
    settings = (folder / "exercise.toml").read_text("utf-8")
    settings = 'forbidden = ["scipy.special.softmax"]\n' + settings
    (folder / "exercise.toml").write_text(settings, "utf-8")
    exercise = Exercise(folder)
    write_assignment([exercise], tmp_path / "work", [exercise])
    source = f"from scipy import special as s\ng = s.softmax\n{exercise.answer}"
    (tmp_path / "work" / "shares.py").write_text(source, "utf-8")
    assert "uses scipy.special.softmax, which this" in pytest_in(tmp_path / "work")
    grade = grade_source(exercise, source)
    assert (grade.points, grade.ran) == (0, False)
    assert "line 2 uses scipy.special.softmax" in grade.trouble


# A released course


@pytest.fixture
def released(course, tmp_path) -> Path:
    assert write_release(exercises_in(course), tmp_path / "handout").name == "01_sums"
    return tmp_path / "handout"


def test_a_release_has_neither_answers_nor_mistakes(released):
    names = {path.name for path in released.rglob("*") if path.is_file()}
    assert names == {"exercise.toml", "task.py", "cases.json", "cases.npz"}
    shares, twice = exercises_in(released)
    assert (shares.mistakes, twice.mistakes) == ([], [])
    assert (shares.settings.title, len(shares.settings.hints)) == ("Shares", 3)


def test_a_release_with_fewer_hints(course, tmp_path):
    write_release(exercises_in(course), tmp_path / "handout", hints=2)
    shares, twice = exercises_in(tmp_path / "handout")
    assert shares.settings.hints == ["Divide.", "By the sum."]
    assert twice.settings.hints == ["Add."]
    write_release(exercises_in(course), tmp_path / "bare", hints=0)
    assert exercises_in(tmp_path / "bare")[0].settings.hints == []


def test_a_release_grades_without_naming(released, exercise):
    shares = exercises_in(released)[0]
    assert shares.points == exercise.points
    assert grade_source(shares, exercise.answer).complete
    wrong = grade_source(shares, exercise.mistakes[0].patched(exercise.answer))
    assert (wrong.points, wrong.mistake) == (2, None)


def test_an_assignment_from_a_release_is_the_same(released, work, tmp_path):
    exercises = exercises_in(released)
    write_assignment(exercises, tmp_path / "again", exercises)
    for path in work.rglob("*.*"):
        if path.suffix != ".npz":
            assert (tmp_path / "again" / path.relative_to(work)).read_bytes() == path.read_bytes()


def test_a_release_replaces_nothing(released, course):
    with pytest.raises(UserError, match="is there already"):
        write_release(exercises_in(course), released)


def test_a_release_makes_no_autograder(released, tmp_path):
    with pytest.raises(UserError, match="has no answers here"):
        write_autograder(exercises_in(released), tmp_path / "autograder")


# A student's repository


def test_the_workflow(course, tmp_path):
    yaml = pytest.importorskip("yaml")
    path = write_workflow(exercises_in(course), tmp_path)
    assert path == tmp_path / ".github" / "workflows" / "grade-01_sums.yml"
    workflow = yaml.safe_load(path.read_text("utf-8"))
    steps = workflow["jobs"]["grade"]["steps"]
    commands = [step["run"] for step in steps if "run" in step]
    assert commands[-1] == (
        "zen-transformer grade work --lesson 01_sums --course course/lessons --json results.json"
    )
    assert workflow["permissions"] == {"contents": "read"}
