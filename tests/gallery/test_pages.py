"""The pages say what was measured, and what they claim of it holds."""

import json
import re
import subprocess
import sys
from copy import deepcopy
from math import isfinite
from pathlib import Path

import pytest

from zen_transformer.gallery.page import PAGES, ClaimError, index, load_measurements, page
from zen_transformer.gallery.symptom import Measurement
from zen_transformer.gallery.table import MISTAKES

DOCS = Path(__file__).parents[2] / "docs" / "gallery"
MEASURED = load_measurements()


def test_every_mistake_was_measured_and_has_a_page_and_nothing_else_has():
    assert set(MEASURED["mistakes"]) == set(MISTAKES)
    frames = {"frame", "index"}
    assert {path.name.partition(".")[0] for path in PAGES.iterdir()} == {*MISTAKES, *frames}
    assert {path.stem for path in DOCS.glob("*.md")} == {*MISTAKES, "index"}
    assert {path.stem for path in DOCS.glob("*.png")} == set(MISTAKES)


@pytest.mark.parametrize("name", MISTAKES)
def test_the_page_is_what_is_written_and_measured(name):
    written = (DOCS / f"{name}.md").read_text("utf-8")
    assert written == page(name, MEASURED), "run docs/gallery/build.py --pages"


def test_the_table_as_well():
    assert (DOCS / "index.md").read_text("utf-8") == index(MEASURED)
    links = re.findall(r"\]\(([\w-]+)\.md\)", index(MEASURED))
    assert links == list(MISTAKES)


@pytest.mark.parametrize("name", MISTAKES)
def test_what_gives_it_away_differs(name):
    entry = MEASURED["mistakes"][name]
    sign = Measurement.from_json(entry["measurements"][entry["telltale"]])
    right, wrong = sign.texts()
    assert right != wrong


@pytest.mark.parametrize("name", MISTAKES)
def test_a_page_whose_claims_do_not_hold_is_not_written(name):
    text = (PAGES / f"{name}.md.jinja").read_text("utf-8")
    assert "holds(" in text
    measurements = deepcopy(MEASURED)
    for number in measurements["mistakes"][name][
        "measurements"
    ].values():  # as if it were no mistake
        number["sides"] = [number["sides"][0]] * 2
    with pytest.raises(ClaimError):
        page(name, measurements)


@pytest.mark.parametrize("name", MISTAKES)
def test_no_figure_is_written_by_hand(name):
    """Where a page gives a figure with a point in it, it comes from what was measured, unless it
    belongs to the equation."""
    text = (PAGES / f"{name}.md.jinja").read_text("utf-8")
    words = re.sub(r"\{[{%].*?[%}]\}|`[^`]*`", "", text, flags=re.DOTALL)
    equations = {"0.00001", "0.003", "0.01", "0.1", "0.5", "0.71", "0.9"}
    assert set(re.findall(r"\d+\.\d+", words)) <= equations


@pytest.mark.parametrize("name", MISTAKES)
def test_the_picture_is_small(name):
    picture = (DOCS / f"{name}.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < 80_000


def test_numbers_survive_the_file():
    for value in (1.5, float("nan"), float("inf")):
        number = Measurement("label", (0.0, value), ".1f")
        again = Measurement.from_json(json.loads(json.dumps(number.to_json(), allow_nan=False)))
        assert again.texts() == number.texts()
        assert isfinite(again.wrong) == isfinite(value)


@pytest.mark.parametrize(
    ("value", "format_spec", "text"),
    [
        (0.0, ".1g", "0"),
        (0.32, ".1g", "0.3"),
        (3.2e-5, ".1g", "3e-5"),
        (float("nan"), ".2f", "NaN"),
        (float("inf"), ".2f", "∞"),
        (0.125, ".1%", "12.5%"),
        (-0.00001, "+.2f", "+0.00"),
    ],
)
def test_figures_as_a_person_reads_them(value, format_spec, text):
    assert Measurement("label", (value, 0.0), format_spec).texts()[0] == text


@pytest.mark.slow
def test_pages_alone_are_written_anew_without_measuring(tmp_path):
    build = DOCS / "build.py"
    command = [sys.executable, build, "--pages", "--output", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "no-root.md").read_text("utf-8") == page("no-root", MEASURED)
    assert len(list(tmp_path.glob("*.md"))) == len(MISTAKES) + 1
