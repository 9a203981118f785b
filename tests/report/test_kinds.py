"""Strings, lists and nulls where numbers belong in a run's files: one line that names them."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from in_process import refusal, run_here
from report import sample_runs

from zen_transformer import UserError
from zen_transformer.report.kinds import check_kinds
from zen_transformer.report.record import read_run
from zen_transformer.tasks.reporting import write_report


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    return sample_runs.write_finished_run(tmp_path_factory.mktemp("kinds") / "run")


@pytest.fixture
def changed(run, tmp_path):
    """A copy of the run in which a file has another value at one place."""

    def change(name: str, place: tuple[Any, ...], value: Any) -> Path:
        folder = Path(shutil.copytree(run, tmp_path / "run", dirs_exist_ok=True))
        path = folder / f"{name}.json"
        path.write_text(json.dumps(put(json.loads(path.read_text()), place, value)))
        return folder

    return change


def put(content: Any, place: tuple[Any, ...], value: Any) -> Any:
    """The content with another value at a place."""
    if not place:
        return value
    content = content.copy()
    content[place[0]] = put(content[place[0]], place[1:], value)
    return content


@pytest.mark.parametrize(
    ("name", "place", "value", "says"),
    [
        ("summary", ("seconds",), "3", "summary.json: seconds is '3', where a run writes a number"),
        ("summary", ("steps",), None, "summary.json: steps is None"),
        ("summary", ("mlm_loss",), [3.1], "summary.json: mlm_loss is [3.1]"),
        ("summary", ("by_corpus", "sotu", "nsp_loss"), {}, "by_corpus.sotu.nsp_loss is {}"),
        ("summary", ("finetune_curve", 0, "pretrained", "mean"), "a", "[0].pretrained.mean is 'a'"),
        ("summary", ("finetune_curve",), 3, "finetune_curve is 3, where a run writes a list"),
        ("summary", ("machine",), "a laptop", "machine is 'a laptop', where a run writes a group"),
        ("stages", ("pretraining",), "long", "stages.json: pretraining is 'long'"),
        ("answers", ("classify", 0, "label"), 3, "classify[0].label is 3, where a run writes a te"),
        ("config", ("pretraining", "steps"), "many", "config.json: steps is 'many'"),
        ("config", ("pretraining",), [], "config.json: pretraining is [], it has to be a group"),
        ("config", ("preset",), ["bert"], "preset is ['bert'], not a name"),
    ],
)
def test_a_value_of_another_kind_is_named(changed, name, place, value, says):
    assert says in refusal("report", changed(name, place, value))


def test_a_line_of_the_metrics_is_checked(run, tmp_path):
    folder = Path(shutil.copytree(run, tmp_path / "run"))
    path = folder / "metrics.jsonl"
    path.write_text(path.read_text().replace('"step": 88,', '"step": "88",', 1))
    with pytest.raises(UserError, match=r"metrics.jsonl: step is '88', where a run writes a numb"):
        _ = read_run(folder).all_rows


def test_what_may_be_unknown_is_null():
    check_kinds({"tokens_per_second": None, "points": [{"learning_rate": None}]}, Path("a"))
    with pytest.raises(UserError, match=r"points\[0\]\.mean is True"):
        check_kinds({"points": [{"mean": True}]}, Path("a"))


def places(content: Any, place: tuple[Any, ...] = ()):
    yield place
    if isinstance(content, dict | list):
        for key in content if isinstance(content, dict) else range(len(content)):
            yield from places(content[key], (*place, key))


CONTENTS = {
    "config": sample_runs.config(),
    "summary": json.loads(json.dumps(sample_runs.summary())),
    "stages": sample_runs.stages(),
    "answers": sample_runs.answers(),
}
EVERYWHERE = [(name, place) for name, content in CONTENTS.items() for place in places(content)]
VALUES = st.sampled_from([None, "text", [], {}, -1, 1e308, True, [["x"]], {"a": {"b": 1}}, 2**70])


@settings(max_examples=60)
@given(st.sampled_from(EVERYWHERE), VALUES)
@example(("config", ()), {"task": None})
def test_any_value_anywhere_is_read_or_refused(tmp_path_factory, where, value):
    name, place = where
    folder = tmp_path_factory.mktemp("any") / "run"
    sample_runs.write_finished_run(folder)
    (folder / "plots").mkdir()
    (folder / "plots" / "losses.png").touch()  # so that nothing is drawn, which takes a while
    content = put(json.loads((folder / f"{name}.json").read_text()), place, value)
    (folder / f"{name}.json").write_text(json.dumps(content))
    try:
        write_report(folder)
    except UserError as error:
        assert "\n" not in str(error)


def test_export_refuses_them_as_well(changed):
    folder = changed("config", ("model", "hidden_size"), "wide")
    said = refusal("export", folder, "--output", folder.parent / "out")
    assert "config.json: hidden_size is 'wide'" in said


def test_the_run_itself_is_read(run):
    assert run_here("report", run).code == 0
