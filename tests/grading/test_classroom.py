"""A class is graded in one go, and a broken submission stops nothing."""

import csv
from pathlib import Path

import pytest

from zen_transformer.errors import UserError
from zen_transformer.grading.classroom import grade_class
from zen_transformer.grading.grade import not_run
from zen_transformer.grading.records import file_name, table
from zen_transformer.grading.submission import Grading, Submission

HOSTILE = "import os\nprint('<script>alert(1)</script>')\nos._exit(0)"


def sources(exercise) -> dict[str, str]:
    """What some students hand in."""
    return {
        "ada": exercise.answer,
        "ben": exercise.mistakes[0].patched(exercise.answer),
        "cyd": HOSTILE,
        "=dan": "def shares(",
    }


@pytest.fixture
def submissions(exercise, tmp_path) -> Path:
    """A folder with a folder for each student."""
    folder = tmp_path / "submissions"
    for name, source in sources(exercise).items():
        (folder / name).mkdir(parents=True)
        (folder / name / "shares.py").write_text(source, "utf-8")
    (folder / "eve").mkdir()
    (folder / "notes.txt").touch()
    return folder


def read_table(output: Path) -> dict[str, dict[str, str]]:
    with (output / "grades.csv").open(encoding="utf-8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_a_table_and_pages(submissions, exercise, tmp_path):
    grade_class(submissions, Grading([exercise]), tmp_path / "grades")
    rows = read_table(tmp_path / "grades")
    assert {name: row["points"] for name, row in rows.items()} == {
        "ada": "4",
        "ben": "2",
        "cyd": "0",
        "'=dan": "0",
        "eve": "0",
    }
    assert rows["ada"]["seen"] == ""
    assert rows["ben"]["seen"] == "shares: shares-of-everything"
    assert rows["eve"]["seen"] == "shares: there is no file shares.py"
    pages = {path.stem: path.read_text("utf-8") for path in (tmp_path / "grades/pages").iterdir()}
    assert {name.partition("-")[0] for name in pages} == {"ada", "ben", "cyd", "dan", "eve"}
    assert "4 of 4 points" in pages["ada"]
    assert exercise.mistakes[0].message in " ".join(pages["ben"].split())
    assert "<script>" not in pages["cyd"]
    assert "&lt;script&gt;" in pages["cyd"]


def test_one_that_cannot_be_read_at_all_stops_nothing(submissions, exercise, tmp_path, monkeypatch):
    def broken(path, *arguments, **options):
        if path.name == "ben":
            raise RuntimeError("a bug")
        return Submission(path.name, [not_run(exercise, "")])

    monkeypatch.setattr("zen_transformer.grading.classroom.grade_folder", broken)
    grade_class(submissions, Grading([exercise]), tmp_path / "grades")
    assert len(read_table(tmp_path / "grades")) == 5
    assert "RuntimeError: a bug" in (tmp_path / "grades/pages/ben.html").read_text("utf-8")


LONG = """
import json, os
body = json.dumps({'is': 'outcome', 'value': {'x': 'A<b>' * 2_000_000}, 'sizes': []}).encode()
body = len(body).to_bytes(8, 'big') + body
for fd in range(3, 20):
    try: os.write(fd, len(body).to_bytes(8, 'big') + body)
    except OSError: pass
def shares(x, times): return 1
"""
TYPE = "def shares(x, times): return type('A' * 2_000_000, (), {})()"
KEYS = "def shares(x, times): return {'k' * 1_000_000: x}"


@pytest.mark.parametrize("source", [LONG, TYPE, KEYS], ids=["a frame", "a type", "a key"])
def test_what_is_shown_has_a_limit(exercise, tmp_path, source):
    (tmp_path / "all" / "ada").mkdir(parents=True)
    (tmp_path / "all" / "ada" / "shares.py").write_text(source, "utf-8")
    grade_class(tmp_path / "all", Grading([exercise]), tmp_path / "grades")
    sizes = [path.stat().st_size for path in (tmp_path / "grades").rglob("*.*")]
    assert max(sizes) < 100_000


def test_a_name_that_is_anothers_page(exercise, tmp_path):
    odd = "Ann: B"
    for name in (odd, file_name(odd)):
        (tmp_path / "all" / name).mkdir(parents=True)
    records = grade_class(tmp_path / "all", Grading([exercise]), tmp_path / "grades")
    assert len({record.page for record in records}) == 2
    assert {record.student for record in records} == {odd, file_name(odd)}


def test_no_class(exercise, tmp_path):
    with pytest.raises(UserError, match="one for each student"):
        grade_class(tmp_path, Grading([exercise]), tmp_path / "grades")
    with pytest.raises(UserError, match="is no folder"):
        grade_class(tmp_path / "nowhere", Grading([exercise]), tmp_path / "grades")


def test_an_empty_table(exercise):
    assert table([], [exercise]) == "student,points,of,shares,seconds,hints,seen\n"
