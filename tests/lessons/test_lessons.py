"""Every lesson has the same parts, its notebook is made from it, and it runs."""

import base64
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from lessons import build
from zen_transformer.grading.exercise import Exercise

ROOT = Path(__file__).parents[2]
LESSONS = build.lessons()
NAMES = [folder.name for folder in LESSONS]
SITE = "https://colab.research.google.com/github/zen-transformer/zen_transformer/blob/main/lessons"
each_lesson = pytest.mark.parametrize("folder", LESSONS, ids=NAMES)


def cells(folder: Path, kind: str) -> list[str]:
    """The sources of a lesson's cells of one kind."""
    return [c.source for c in build.notebook_of(folder).cells if c.cell_type == kind]


def headings(folder: Path) -> list[str]:
    lines = "\n".join(cells(folder, "markdown"))
    return re.findall(r"^#{1,6} +(.+?) *$", lines, re.MULTILINE)


# The same parts in all


def test_lessons_are_numbered_in_order_and_up_to_15_without_a_gap():
    """What builds on GPT may be written in any order, so numbers behind 15 may be missing; none
    may be there twice."""
    numbers = [int(name[:2]) for name in NAMES]
    assert numbers[:15] == list(range(1, 16))
    assert numbers == sorted(set(numbers))


@each_lesson
def test_head_says_what_it_builds_on_how_long_it_takes_and_what_it_is_good_for(folder):
    head = cells(folder, "markdown")[0]
    assert re.match(rf"# {folder.name[:2]} · \S", head)
    assert f"]({SITE}/{folder.name}/lesson.ipynb)" in head
    assert head.count("colab.research.google.com/github") == 1
    table = "\n".join(line for line in head.splitlines() if line.startswith("|"))
    for label in ("builds on", "to read", "to run", "afterwards you can"):
        assert f"| {label} |" in table, f"the table of the head lacks {label!r}"
    assert re.search(r"\| [^|]*\b(minutes?|seconds?)\b", table)


@each_lesson
def test_first_code_cell_is_the_same_everywhere(folder):
    assert cells(folder, "code")[0] == cells(LESSONS[0], "code")[0]


@each_lesson
def test_ends_with_exercises_and_where_to_read_on(folder):
    titles = headings(folder)
    assert titles.index("Exercises") < titles.index("Where to read on")


@each_lesson
def test_lists_its_exercises_with_their_points(folder):
    exercises = [Exercise(path.parent) for path in folder.glob("exercises/*/exercise.toml")]
    assert len(exercises) >= 3
    text = "\n".join(cells(folder, "markdown"))
    listed = text[text.index("## Exercises") :]
    rows = re.findall(r"^\| `(\w+)` \|.*\| *(\d+) *\|$", listed, re.MULTILINE)
    assert {name: int(worth) for name, worth in rows} == {e.name: e.points for e in exercises}


@each_lesson
def test_has_figures_that_are_checked_and_a_picture(folder):
    code = "\n".join(cells(folder, "code"))
    assert code.count("assert ") >= 5
    assert "plt." in code


# Notebooks


@each_lesson
def test_notebook_is_made_from_the_lesson(folder):
    assert build.drift(folder) == ""
    assert build.edited_by_hand(folder) == ""


@each_lesson
def test_notebook_was_run_from_top_to_bottom(folder):
    notebook = build.stored_notebook(folder)
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    kinds = {output.output_type for cell in code for output in cell.outputs}
    assert kinds <= {"stream", "display_data", "execute_result"}


@each_lesson
def test_notebook_is_small_and_says_nothing_of_the_machine(folder):
    assert (folder / "lesson.ipynb").stat().st_size < 1_000_000
    pictures = 0
    for cell in build.stored_notebook(folder).cells:
        for output in cell.get("outputs", ()):
            if "image/png" in output.get("data", {}):
                png = base64.b64decode(output.data["image/png"])
                assert len(png) < 100_000
                assert int.from_bytes(png[16:20], "big") <= 1000, "wider than 1000 pixels"
                pictures += 1
        if cell.cell_type == "code":
            text = build._texts(cell)
            assert not re.search(r"/(home|Users|root|work|tmp|site-packages)/", text)
    assert pictures >= 1


def test_the_readme_has_all_lessons_in_its_table_and_in_its_map():
    readme = (build.FOLDER / "README.md").read_text("utf-8")
    assert readme == build.with_table(readme), "python lessons/build.py writes the table anew"
    assert set(re.findall(r"l\d\d\[(\d\d) ·", readme)) == {name[:2] for name in NAMES}


# The builder


LESSON = """# %% [markdown]
# # A lesson

# %%
import os
import sys
import warnings

print("short" if "ZEN_SHORT" in os.environ else "whole")
warnings.warn("dropped")

# %%
{last}
"""


@pytest.fixture
def one_lesson(tmp_path, monkeypatch):
    """A course of one lesson, whose last cell is given; build.py runs it."""
    folder = tmp_path / "01_one"
    folder.mkdir()
    monkeypatch.setattr(build, "FOLDER", tmp_path)
    monkeypatch.setenv("ZEN_SHORT", "of somebody else")

    def make(last: str) -> Path:
        (folder / "lesson.py").write_text(LESSON.format(last=last), "utf-8")
        return folder

    return make


def test_cell_ids_follow_from_the_sources(one_lesson):
    folder = one_lesson("1\n\n# %%\n1")
    ids = [cell.id for cell in build.notebook_of(folder).cells]
    assert ids[3] == f"{ids[2]}-2"
    assert ids[:2] == [cell.id for cell in build.notebook_of(one_lesson("2")).cells][:2]


@pytest.mark.slow
def test_writes_the_same_notebook_twice_and_notices_what_was_changed(one_lesson, capsys):
    folder = one_lesson("Path = 2 + 2\nPath")
    assert build.main([]) == 0
    first = (folder / "lesson.ipynb").read_bytes()
    assert build.main(["1"]) == 0
    assert (folder / "lesson.ipynb").read_bytes() == first
    stored = build.stored_notebook(folder)
    outputs = [output for cell in stored.cells for output in cell.get("outputs", ())]
    assert [output.output_type for output in outputs] == ["stream", "execute_result"]
    assert outputs[0].text == "whole\n"
    assert build.main(["--check"]) == 0

    one_lesson("Path = 3")  # the source moved on: the check fails, and it can be built anew
    assert build.main(["--check"]) == 1
    assert "01_one: cell 3 differs from lesson.py: Path = 2 + 2" in capsys.readouterr().err
    assert build.main([]) == 0

    stored = build.stored_notebook(folder)  # the notebook moved on: nothing is written over it
    stored.cells[2].source = "Path = 4"
    nbformat.write(stored, folder / "lesson.ipynb")
    assert build.main([]) == 1
    assert "edited by hand: Path = 4" in capsys.readouterr().err
    assert "Path = 4" in (folder / "lesson.ipynb").read_text("utf-8")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("last", "message"),
    [
        ("assert abs(0.5 - 0.4) < 0.05", "AssertionError"),
        ("os.abort()", "died"),
        ("print(os.path.abspath('.'))", "another one elsewhere"),
        ("object()", "at 0x"),
    ],
    ids=["figure outside its tolerance", "crash", "path", "address"],
)
def test_failure_names_lesson_cell_and_error(one_lesson, capsys, last, message):
    folder = one_lesson(last)
    assert build.main(["--short"]) == 1
    error = capsys.readouterr().err
    assert f"01_one: cell 3, which begins with: {last}" in error
    assert message in error
    assert not (folder / "lesson.ipynb").exists()


def test_no_such_lesson(one_lesson):
    one_lesson("1")
    with pytest.raises(SystemExit, match="there is no lesson 99, only 01_one"):
        build.main(["99"])


# All of them


@pytest.mark.slow
def test_all_lessons_run_in_short_mode():
    """Without a change to any notebook."""
    before = {folder: build.stored_notebook(folder) for folder in LESSONS}
    command = [sys.executable, "lessons/build.py", "--short"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    print(result.stdout)
    assert result.returncode == 0, result.stderr
    assert before == {folder: build.stored_notebook(folder) for folder in LESSONS}
