"""What Gradescope is given: results in the format that it documents, and an autograder that runs
in the folders that it makes.

https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

import json
import os
import subprocess
import sys
import zipfile

import pytest

from zen_transformer.errors import UserError
from zen_transformer.grading.autograder import write_autograder
from zen_transformer.grading.course import exercises_in
from zen_transformer.grading.gradescope import results
from zen_transformer.grading.submission import Grading, Submission, grade_folder

VISIBILITIES = {"hidden", "after_due_date", "after_published", "visible"}
TOP = {
    "score": (int, float),
    "execution_time": (int, float),
    "output": str,
    "output_format": str,
    "test_output_format": str,
    "test_name_format": str,
    "visibility": str,
    "stdout_visibility": str,
    "extra_data": dict,
    "tests": list,
    "leaderboard": list,
}
"""Every field that is documented, with its type."""
TEST = {
    "score": (int, float),
    "max_score": (int, float),
    "status": str,
    "name": str,
    "name_format": str,
    "number": str,
    "output": str,
    "output_format": str,
    "tags": list,
    "visibility": str,
    "extra_data": dict,
}


def check_format(report: dict) -> None:
    """Only documented fields, of the documented types, and the scores belong together."""
    for entry, fields in [(report, TOP), *((test, TEST) for test in report["tests"])]:
        assert set(entry) <= set(fields)
        assert all(isinstance(value, fields[name]) for name, value in entry.items())
        assert entry["visibility"] in VISIBILITIES
    assert report["stdout_visibility"] in VISIBILITIES
    assert {test["status"] for test in report["tests"]} <= {"passed", "failed"}
    assert all(0 <= test["score"] <= test["max_score"] for test in report["tests"])
    assert report["score"] == sum(test["score"] for test in report["tests"])


def graded(tmp_path, exercises, source: str) -> Submission:
    (tmp_path / "shares.py").write_text(source, "utf-8")
    return grade_folder(tmp_path, Grading(exercises))


def test_results(tmp_path, course, exercise):
    source = exercise.mistakes[0].patched(exercise.answer)
    report = json.loads(json.dumps(results(graded(tmp_path, exercises_in(course), source))))
    check_format(report)
    assert report["score"] == 2
    assert report["extra_data"] == {"max_score": 5}
    first, second, third, missing = report["tests"]
    assert (first["name"], first["number"], first["status"]) == (
        "shares: One row.",
        "1.1",
        "passed",
    )
    assert exercise.mistakes[0].message in " ".join(second["output"].split())
    assert (third["score"], third["max_score"], third["output"]) == (1, 1, "")
    assert missing["output"] == "there is no file twice.py"


def test_half_of_the_points(tmp_path, exercise):
    source = exercise.answer.replace("return times", "x += 0.0\n    x *= times\n    return 1")
    source = source.replace("x.sum(", "(x / max(times, 1)).sum(")
    report = results(graded(tmp_path, [exercise], source))
    check_format(report)
    first, second, third = report["tests"]
    assert (first["score"], second["score"], third["score"]) == (1, 1, 1)
    assert (second["status"], second["max_score"]) == ("failed", 2)
    assert "Half of the points, for right values" in second["output"]


@pytest.mark.parametrize(
    "source", ["", "def shares(", "raise SystemExit", "import os; os._exit(0)"]
)
def test_results_of_what_is_broken(tmp_path, exercise, source):
    report = results(graded(tmp_path, [exercise], source))
    check_format(report)
    assert report["score"] == 0


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="its scripts are bash")
def test_the_autograder_in_its_folders(tmp_path, course, exercise):
    archive = write_autograder(exercises_in(course), tmp_path / "uploaded")
    place = tmp_path / "autograder"
    with zipfile.ZipFile(archive) as file:
        modes = {entry.filename: entry.external_attr >> 16 for entry in file.infolist()}
        file.extractall(place / "source")
    assert modes["setup.sh"] & modes["run_autograder"] & 0o111
    requirements = (place / "source" / "requirements.txt").read_text("utf-8").split()
    assert any(line.startswith("numpy") for line in requirements)
    assert not any("pytest" in line or "torch" in line for line in requirements)

    for folder in ("submission", "results", "venv/bin"):
        (place / folder).mkdir(parents=True)
    python = place / "venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', "utf-8")
    python.chmod(0o755)
    (place / "submission" / "shares.py").write_text(exercise.answer, "utf-8")
    script = ["bash", str(place / "source" / "run_autograder")]
    subprocess.run(script, cwd=place, check=True, capture_output=True, timeout=120, env=os.environ)
    report = json.loads((place / "results" / "results.json").read_text("utf-8"))
    check_format(report)
    assert (report["score"], report["extra_data"]["max_score"]) == (4, 5)


def test_it_replaces_nothing(tmp_path, course):
    with pytest.raises(UserError, match="is there already"):
        write_autograder(exercises_in(course), tmp_path)
