"""What students hand in: where a file is looked for, and what is not read."""

import os
import time
from pathlib import Path

import pytest
from grading.sample import write_course

import zen_transformer
from zen_transformer.errors import UserError
from zen_transformer.grading.assignment import write_release
from zen_transformer.grading.course import exercises_in, find_course
from zen_transformer.grading.hints import hints_read, write_hints_read
from zen_transformer.grading.limits import Limits
from zen_transformer.grading.submission import (
    LONGEST,
    Grading,
    exercises_begun,
    files_in,
    grade_folder,
    source_of,
)


def test_files_further_down_are_found(tmp_path):
    deep = tmp_path / "work" / "final (2)"
    deep.mkdir(parents=True)
    (deep / "shares.py").touch()
    (deep / "twice.py").touch()
    (tmp_path / "work" / "twice.py").touch()
    hidden = tmp_path / ".venv"
    hidden.mkdir()
    (hidden / "other.py").touch()
    assert files_in(tmp_path) == {
        "shares": deep / "shares.py",
        "twice": tmp_path / "work" / "twice.py",
    }


def test_links_are_not_followed(tmp_path, exercise):
    (tmp_path / "shares.py").symlink_to(exercise.folder / "answer.py")
    submission = grade_folder(tmp_path, Grading([exercise]))
    assert submission.points == 0
    assert "no ordinary file" in submission.grades[0].trouble
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "link").symlink_to(exercise.folder, target_is_directory=True)
    assert set(files_in(tmp_path)) == {"shares"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_what_is_no_file_is_not_read(tmp_path):
    os.mkfifo(tmp_path / "pipe.py")
    with pytest.raises(UserError, match="no ordinary file"):
        source_of(tmp_path / "pipe.py")


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"\xff\xfe", "not UTF-8: byte 0"), (b"#" * (LONGEST + 1), "has 65,537 bytes")],
    ids=["bytes", "long"],
)
def test_what_is_no_source(tmp_path, content, message):
    (tmp_path / "shares.py").write_bytes(content)
    with pytest.raises(UserError, match=message):
        source_of(tmp_path / "shares.py")


def test_what_is_missing_counts_nothing(tmp_path, course, exercise):
    (tmp_path / "shares.py").write_text(exercise.answer, "utf-8")
    submission = grade_folder(tmp_path, Grading(exercises_begun(tmp_path, exercises_in(course))))
    assert (submission.points, submission.worth) == (4, 5)
    assert [grade.begun for grade in submission.grades] == [True, False]


def test_a_file_of_nearly_the_right_name_is_named(tmp_path, course, exercise):
    (tmp_path / "Shares (1).py").touch()
    with pytest.raises(UserError, match=r"but there is 'Shares \(1\).py': rename it to"):
        exercises_begun(tmp_path, exercises_in(course))
    trouble = grade_folder(tmp_path, Grading([exercise])).grades[0].trouble
    assert trouble.startswith("there is no file shares.py, but there is 'Shares (1).py'")


def test_an_empty_folder_says_how_to_begin(tmp_path, course):
    with pytest.raises(UserError, match="zen-transformer assignment 03"):
        exercises_begun(tmp_path, exercises_in(course))


# Exercises that use those before them

USING = "import jax.numpy as jnp\nfrom shares import shares\n\n\ndef twice(x):\n"
EQUAL_SHARES = "    return jnp.asarray(shares(x, 2) * x.sum())\n"


def graded_using(tmp_path, course, shares: str, twice: str = USING + EQUAL_SHARES):
    """The grade of `twice`, which uses `shares`."""
    for name, source in (("shares", shares), ("twice", twice)):
        if source:
            (tmp_path / f"{name}.py").write_text(source, "utf-8")
    exercises = exercises_in(course)
    return grade_folder(tmp_path, Grading(exercises[1:], exercises)).grades[0]


@pytest.mark.slow
def test_an_answer_uses_an_earlier_one(tmp_path, course, exercise):
    own = exercise.answer.replace("def shares", "print('mine')\n\n\ndef shares", 1)
    grade = graded_using(tmp_path, course, own)
    assert grade.complete
    assert (grade.notes, grade.printed) == ([], "mine\n")


@pytest.mark.slow
def test_where_the_earlier_one_is_wrong_the_right_one_is_used(tmp_path, course):
    grade = graded_using(tmp_path, course, "def shares(x, times):\n    return x")
    assert grade.complete
    assert grade.notes == ["shares is wrong, so it was graded with the right shares"]


@pytest.mark.slow
@pytest.mark.parametrize("file", ["", "task"])
def test_an_earlier_one_that_was_not_begun_is_none(tmp_path, course, exercise, file):
    grade = graded_using(tmp_path, course, exercise.task if file else "")
    assert not grade.complete
    assert (
        "NotImplementedError" in str(grade.failures) if file else "and no shares" in grade.trouble
    )


@pytest.mark.slow
def test_no_right_function_of_what_comes_later(tmp_path, course):
    later = "from twice import twice\n\n\ndef shares(x, times):\n    return twice(x) / 2"
    twice = "import jax.numpy as jnp\n\n\ndef twice(x):\n    return jnp.asarray(x)"
    for name, source in (("shares", later), ("twice", twice)):
        (tmp_path / f"{name}.py").write_text(source, "utf-8")
    exercises = exercises_in(course)
    grade = grade_folder(tmp_path, Grading(exercises[:1], exercises)).grades[0]
    assert (grade.points, grade.notes) == (0, [])


@pytest.mark.slow
def test_the_right_function_is_called_and_not_shown(tmp_path, course):
    spying = (
        "import inspect, sys\nimport jax.numpy as jnp\nimport shares as module\n"
        "from shares import shares\n\n\ndef twice(x):\n"
        "    for part in (module, shares):\n"
        "        try: print(inspect.getsource(part))\n"
        "        except Exception as error: print(error)\n"
        "    print([c for c in shares.__code__.co_consts], module.__spec__)\n"
        "    try: shares(x, -1)\n"
        "    except ValueError as error: print('refused:', error)\n"
        "    return jnp.asarray(shares(x=x, times=2) * x.sum())\n"
    )
    grade = graded_using(tmp_path, course, "def shares(x, times):\n    return x", spying)
    assert grade.complete, grade.trouble
    assert "keepdims" not in grade.printed
    assert "refused: times must not be negative" in grade.printed


@pytest.mark.slow
def test_imports_share_the_time(tmp_path, course):
    sleeping = "import jax, time\ntime.sleep(1000)"
    for name in ("shares", "twice"):
        (tmp_path / f"{name}.py").write_text(f"import {name}\n{sleeping}", "utf-8")
    (tmp_path / "shares.py").write_text(f"import twice\n{sleeping}", "utf-8")
    exercises, started = exercises_in(course), time.monotonic()
    submission = grade_folder(tmp_path, Grading(exercises[:1], exercises), total=3.0)
    assert time.monotonic() - started < 20
    assert submission.seconds > 3


@pytest.mark.slow
def test_two_that_import_each_other(tmp_path, course):
    circle = "from twice import twice\n\n\ndef shares(x, times):\n    return x"
    assert graded_using(tmp_path, course, circle).complete


@pytest.mark.slow
def test_a_released_course_uses_what_is_there(tmp_path, course, exercise):
    write_release(exercises_in(course), tmp_path / "handout")
    work = tmp_path / "work"
    work.mkdir()
    assert graded_using(work, tmp_path / "handout", exercise.answer).complete
    wrong = graded_using(work, tmp_path / "handout", "def shares(x, times):\n    return x")
    assert not wrong.complete
    assert wrong.notes == []


def test_hints_that_were_read(tmp_path):
    write_hints_read(tmp_path, ["shares"], 2)
    write_hints_read(tmp_path, ["shares", "twice"], 1)
    assert hints_read(tmp_path) == {"shares": 2, "twice": 1}


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"shares": "many"}', '{"shares": null}', "[" * 9999, '{"a": -3}']
)
def test_a_file_of_hints_that_is_none(tmp_path, text):
    (tmp_path / "hints_read.json").write_text(text, "utf-8")
    assert hints_read(tmp_path) == {}


@pytest.mark.slow
def test_time_is_shared_out(tmp_path, course, exercise, monkeypatch):
    """One that never ends leaves enough for the next one."""
    monkeypatch.setattr("zen_transformer.grading.submission.RESERVE", 0.5)
    other = next(entry for entry in exercises_in(course) if entry.name == "twice")
    for name in ("shares", "twice"):
        source = "import jax, time\ntime.sleep(1000)"
        (tmp_path / f"{name}.py").write_text(source, "utf-8")
    started = time.monotonic()
    twice = [exercise, other]
    submission = grade_folder(tmp_path, Grading(twice), Limits(seconds=60.0), total=1.5)
    assert time.monotonic() - started < 5
    assert [grade.trouble for grade in submission.grades] == [
        "the time for the whole submission was used up"
    ] * 2


# The course


def test_lessons_by_number_and_by_name(course):
    for lesson in ("1", "01", "01_sums"):
        assert [entry.name for entry in exercises_in(course, lesson)] == ["shares", "twice"]
    with pytest.raises(UserError, match="no lesson 07 with exercises: choose 01_sums"):
        exercises_in(course, "07")


def test_a_course_in_the_current_folder_is_not_taken_unasked(course, tmp_path, monkeypatch):
    """Its tests are executed, and the folder may be anybody's."""
    write_course(tmp_path / "lessons")
    monkeypatch.chdir(tmp_path)
    assert find_course() == Path(zen_transformer.__file__).parents[1] / "lessons"
    assert find_course(course) == course


def test_a_course_that_is_none(tmp_path):
    with pytest.raises(UserError, match="name the folder of a clone or of a release"):
        find_course(tmp_path)
