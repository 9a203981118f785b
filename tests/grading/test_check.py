"""The check for those who write exercises finds what is not in order."""

import shutil

import pytest
from grading.sample import MISTAKE

from zen_transformer.errors import UserError
from zen_transformer.grading.check import main, problems
from zen_transformer.grading.exercise import Exercise


def test_all_in_order(course, capsys):
    assert main([str(course / "01_sums")]) == 0
    assert "shares: 4 points, 3 tests, 4 cases, 2 mistakes" in capsys.readouterr().out


WRONG = {
    "a patch that does not fit": ("exercise.toml", '= "x.sum(axis', '= "y.sum(axis', "0 times"),
    "the answer itself": ("exercise.toml", 'to = "x.sum()"', MISTAKE, "give the same on every"),
    "no heading": ("exercise.toml", '"Axes"', '"Axles"', "section 'Axles' is no heading"),
    "no hints": ("exercise.toml", 'hints = ["Divide."', "hints = []\n#", "no hints"),
    "a task that does something": ("task.py", "raise NotImplementedError", "return x", "does not"),
    "another signature": ("task.py", "times: int", "many: int", "differ in the signature"),
    "in place": ("answer.py", "return times * x /", "x[0] = x[0] + 1\n    return x /", "in place"),
    "a generator": ("answer.py", "return", "return (x for x in 'a')\n    return", "<generator>"),
    "an error": ("answer.py", "return", "return undefined\n    return", "NameError"),
    "no cases": ("tests.py", "def rows(rng):", "def rows():\n    return", "rows yields nothing"),
}


@pytest.mark.parametrize(("file", "old", "new", "message"), WRONG.values(), ids=WRONG)
def test_what_is_not_in_order_is_said(course, tmp_path, file, old, new, message):
    lesson = shutil.copytree(course / "01_sums", tmp_path / "01_sums")
    path = lesson / "exercises" / "shares" / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    assert any(message in problem for problem in problems(Exercise(path.parent)))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("title", "tilte", "no setting tilte: choose forbidden, hints"),
        ('title = "Shares"', "", "missing 1 required"),
        ("title =", "title", "not readable TOML"),
    ],
)
def test_settings_that_cannot_be_read(course, tmp_path, old, new, message):
    folder = shutil.copytree(course / "01_sums" / "exercises" / "shares", tmp_path / "shares")
    path = folder / "exercise.toml"
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(UserError, match=message):
        Exercise(folder).settings  # noqa: B018


def test_arguments_are_tuples(course, tmp_path):
    folder = shutil.copytree(course / "01_sums" / "exercises" / "shares", tmp_path / "shares")
    (folder / "tests.py").write_text(
        "from zen_transformer.grading import points\n@points(1)\ndef one():\n    yield 1\n", "utf-8"
    )
    with pytest.raises(UserError, match="one yields a int: yield a tuple"):
        Exercise(folder).tests  # noqa: B018
