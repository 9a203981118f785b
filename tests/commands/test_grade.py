"""`assignment`, `grade`, `exercise list` and `mistake list`, called as functions."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from grading.sample import shares, write_course

from zen_transformer.commands.assignment import assignment
from zen_transformer.commands.exercise import list_exercises
from zen_transformer.commands.grade import grade
from zen_transformer.commands.mistake import list_mistakes
from zen_transformer.errors import UserError


@pytest.fixture
def course(tmp_path) -> Path:
    return write_course(tmp_path / "course")


@pytest.fixture
def work(course, tmp_path) -> Path:
    """A student's folder, in which nothing is written yet."""
    assignment("1", tmp_path / "work", course)
    return tmp_path / "work"


def status(*arguments, **options) -> int:
    """What `grade` exits with."""
    with pytest.raises(SystemExit) as exit:
        grade(*arguments, **options)
    return int(exit.value.code or 0)


def test_a_student_from_beginning_to_end(course, work, capsys):
    assert status(work, course=course) == 1
    assert "0 of 5 points; 0 of 2 exercises complete" in capsys.readouterr().out

    exercise = shares(course)
    (work / "shares.py").write_text(exercise.mistakes[0].patched(exercise.answer), "utf-8")
    assert status(work, ("shares",), hint=1, course=course) == 1
    printed = capsys.readouterr().out
    assert printed.startswith(f"exercises of {course}\n")
    assert "    2/4  shares                       wrong" in printed
    assert exercise.mistakes[0].message in " ".join(printed.split())
    assert "Hint 1 of 3: Divide." in printed
    assert "Hint 2" not in printed

    (work / "shares.py").write_text(exercise.answer, "utf-8")
    assert status(work, ("shares",), course=course) == 0
    assert "4 of 4 points; 1 of 1 exercises complete" in capsys.readouterr().out

    assignment("1", work, course)
    assert f"{work / 'shares.py'}  (yours, kept)" in capsys.readouterr().out
    assert (work / "shares.py").read_text("utf-8") == exercise.answer


HEAVY = ("jax", "flax", "optax", "transformers", "scipy", "matplotlib")


def test_red_and_green_without_jax(course, work):
    """It takes seconds to import JAX, which an exercise in NumPy need not wait for."""
    mistaken = shares(course).mistakes[0].patched(shares(course).answer)
    (work / "shares.py").write_text(mistaken, "utf-8")
    for line in (
        ["grade", str(work), "--course", str(course), "--exercise", "shares"],
        ["assignment", "1", str(work / "again"), "--course", str(only_shares(course))],
    ):
        code = (
            "import sys\nfrom contextlib import suppress\n"
            "from zen_transformer.commands.main import run_command\n"
            f"with suppress(SystemExit): run_command({line})\n"
            f"print('heavy:', *[name for name in {HEAVY} if name in sys.modules])"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert done.stdout.endswith("heavy:\n"), done.stdout + done.stderr


def only_shares(course: Path) -> Path:
    """The course without its exercise in JAX."""
    shutil.rmtree(course / "01_sums" / "exercises" / "twice")
    return course


def test_results_are_written_also_where_there_is_no_file(course, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    results = tmp_path / "results.json"
    assert status(tmp_path / "empty", lesson="1", course=course, json=results) == 1
    assert json.loads(results.read_text("utf-8"))["score"] == 0
    assert "not begun" in capsys.readouterr().out


def test_a_class(course, tmp_path, capsys):
    for name in ("ada", "ben"):
        (tmp_path / "all" / name).mkdir(parents=True)
    answer = shares(course).answer
    (tmp_path / "all" / "ada" / "shares.py").write_text(answer, "utf-8")
    grade(tmp_path / "all", class_of="1", output=tmp_path / "grades", course=course)
    assert "2 submissions, 0 of them complete" in capsys.readouterr().out
    assert "ada,4,5,4,0" in (tmp_path / "grades" / "grades.csv").read_text("utf-8")
    assert (tmp_path / "grades" / "pages" / "ben.html").is_file()


def test_what_teachers_write(course, tmp_path, capsys):
    assignment("1", tmp_path / "handout", course, release=True)
    assert (tmp_path / "handout/01_sums/exercises/shares/cases.npz").is_file()
    assignment("1", tmp_path / "work", tmp_path / "handout", ci=True)
    assert (tmp_path / "work/.github/workflows/grade-01_sums.yml").is_file()
    assignment("1", tmp_path / "autograder", course, gradescope=True)
    assert f"written to {tmp_path / 'autograder.zip'}\n" in capsys.readouterr().out


def test_lists(course, capsys):
    list_exercises(course)
    assert capsys.readouterr().out.split()[:3] == ["01_sums", "shares", "4"]
    list_exercises(course, json=True)
    assert json.loads(capsys.readouterr().out)[1] == {
        "lesson": "01_sums",
        "name": "twice",
        "title": "Twice, in JAX",
        "points": 1,
    }
    list_mistakes(course)
    assert "shares-of-columns" in capsys.readouterr().out
    list_mistakes(course, json=True)
    first, _ = json.loads(capsys.readouterr().out)
    assert set(first) == {"exercise", "name", "message"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hint": -1}, "hint is -1: it must be at least 0"),
        ({"exercise": ("sums",)}, "no exercise sums: choose shares, twice"),
        ({"lesson": "9"}, "no lesson 9 with exercises: choose 01_sums"),
        ({"class_of": "1", "jobs": 0}, "jobs is 0: it must be at least 1"),
    ],
)
def test_mistakes_of_a_student(course, work, options, message):
    with pytest.raises(UserError, match=message):
        grade(work, course=course, **options)


def test_a_folder_that_is_not_there(course, tmp_path):
    with pytest.raises(UserError, match="is no folder: name the one with your files"):
        grade(tmp_path / "nowhere", course=course)


def test_two_things_at_once(course, tmp_path):
    with pytest.raises(UserError, match="write different things: choose one"):
        assignment("1", tmp_path, course, ci=True, release=True)
