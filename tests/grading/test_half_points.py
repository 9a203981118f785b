"""Half of the points, wherever points are shown."""

import csv
import json

from zen_transformer.grading.classroom import grade_class
from zen_transformer.grading.display import state
from zen_transformer.grading.gradescope import results
from zen_transformer.grading.submission import Grading, grade_folder
from zen_transformer.grading.terminal import details, headline


def test_the_terminal_the_table_the_page_and_gradescope(exercise, tmp_path):
    before, value = exercise.answer.rstrip().rsplit("return ", 1)
    (tmp_path / "all" / "ada").mkdir(parents=True)
    (tmp_path / "all" / "ada" / "shares.py").write_text(f"{before}return ({value}).tolist()")
    submission = grade_folder(tmp_path / "all" / "ada", Grading([exercise]))
    (grade,) = submission.grades
    assert (grade.points, submission.points, submission.complete) == (2.5, 2.5, False)
    assert headline(grade).split(maxsplit=2) == ["2.5/4", "shares", state(grade)]
    assert state(grade) == "right values, half of the points"
    assert "Half of the points, for right values: One row; Rows of their own." in details(grade)
    report = json.loads(json.dumps(results(submission)))
    assert (report["score"], [test["score"] for test in report["tests"]]) == (2.5, [0.5, 1, 1])
    assert report["tests"][1]["output"].startswith("half of the points: the values are right, but")

    grade_class(tmp_path / "all", Grading([exercise]), tmp_path / "grades")
    with (tmp_path / "grades" / "grades.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["points"], row["shares"]) == ("2.5", "2.5")
    assert row["seen"] == "shares: right values, half of the points"
    page = (tmp_path / "grades" / "pages" / "ada.html").read_text("utf-8")
    assert "2.5 of 4 points" in page
    assert 'right values</td><td class="state">0.5 of 1</td>' in page
