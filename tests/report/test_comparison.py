"""Runs beside each other."""

import pytest
from report import sample_runs
from report.test_page import Page

from zen_transformer.errors import UserError
from zen_transformer.report.comparison import Comparison, Row, comparison_page
from zen_transformer.report.comparison import compare as compare_records
from zen_transformer.tasks.reporting import read_run_with_metrics


def compare(folders) -> Comparison:
    return compare_records([read_run_with_metrics(folder) for folder in folders])


def row(comparison: Comparison, name: str) -> Row:
    return next(row for row in comparison.figures + comparison.settings if row.name == name)


def marked(row: Row) -> list[bool]:
    return [row.is_best(column) for column in range(len(row.cells))]


@pytest.fixture
def runs(tmp_path):
    """A run, a better and slower one, and one that only began."""
    other = sample_runs.config(seed=8)
    other["model"] = other["model"] | {"hidden_size": 256}
    first = sample_runs.write_finished_run(tmp_path / "first")
    second = sample_runs.write_run(
        tmp_path / "second",
        config=other,
        summary=sample_runs.summary()
        | {"mlm_accuracy": 0.4021, "mlm_loss": 3.401, "nsp_accuracy": 0.6}
        | {"tokens_per_second": 12_345.6},
    )
    return [first, second, sample_runs.write_run(tmp_path / "third")]


def test_figures_of_all_runs(runs):
    found = compare(runs)
    assert found.names == ["first", "second", "third"]
    assert row(found, "masked words right").cells == ["37.1%", "40.2%", "–"]
    assert row(found, "masked words, loss").cells == ["3.612", "3.401", "–"]
    assert row(found, "next sentence right").cells == ["70.6%", "60.0%", "–"]
    assert row(found, "next sentence, loss, movie-reviews").cells == ["0.692", "0.692", "–"]
    assert row(found, "tokens a second").cells == ["31,417", "12,346", "–"]
    assert row(found, "seconds, pretraining").cells == ["528", "528", "–"]
    assert row(found, "pretrained, 300 examples").cells == ["0.604 ± 0.012"] * 2 + ["–"]
    gain = row(found, "gain, 8,530 examples").cells
    assert gain[0].startswith("+0.022 ± 0.0") and gain[2] == "–"


def test_the_best_is_marked_where_that_can_be_said(runs):
    found = compare(runs)
    assert marked(row(found, "masked words right")) == [False, True, False]
    assert marked(row(found, "masked words, loss")) == [False, True, False]
    assert marked(row(found, "next sentence right")) == [True, False, False]
    assert marked(row(found, "tokens a second")) == [True, False, False]
    # The same for both, or no matter of better and worse.
    assert not any(marked(row(found, "gain, 8,530 examples")))
    assert not any(marked(row(found, "steps")))


def test_settings_that_differ_and_no_others(runs):
    found = {row.name: row.cells for row in compare(runs).settings}
    assert found == {"seed": ["7", "8", "7"], "model.hidden_size": ["128", "256", "128"]}


def test_figures_of_other_texts_are_not_called_better(runs, tmp_path):
    config = sample_runs.config(corpus=["chinese"], data="chinese-reviews")
    summary = sample_runs.summary() | {"mlm_accuracy": 0.9}
    other = sample_runs.write_run(tmp_path / "other", config=config, summary=summary)
    found = compare([runs[0], other])
    assert not any(marked(row(found, "masked words right")))
    assert [note.partition(" (")[0] for note in found.notes] == [
        "The runs were measured on other documents or tokens",
        "They were fine-tuned on different labelled texts, so these scores do not compare.",
    ]


def test_other_machines_are_mentioned(runs, tmp_path):
    machine = sample_runs.MACHINE | {"device": "1 × something faster"}
    other = sample_runs.write_finished_run(tmp_path / "other", machine=machine)
    assert compare(runs).notes == []
    assert "different machines" in compare([runs[0], other]).notes[0]


def test_runs_of_the_same_name_are_told_apart(tmp_path):
    folders = [sample_runs.write_run(tmp_path / name / "quickstart") for name in "ab"]
    assert compare(folders).names == [str(folder) for folder in folders]


@pytest.mark.parametrize("count", [0, 1])
def test_at_least_two(runs, count):
    with pytest.raises(UserError, match=f"{count} of at least two runs"):
        compare(runs[:count])


def test_a_folder_without_a_run_is_named(runs, tmp_path):
    with pytest.raises(UserError, match="nothing holds no run"):
        compare([runs[0], tmp_path / "nothing"])


def test_page_has_the_same_and_is_well_formed(runs):
    found = compare(runs)
    page = Page(comparison_page(found, "data:image/png;base64,AAAA"))
    for one in found.figures + found.settings:
        assert f"{one.name} {' '.join(one.cells)}" in page.text
    assert page.sources == ["data:image/png;base64,AAAA"]


def test_markup_in_settings_stays_text(tmp_path):
    config = sample_runs.config(corpus=["<i>x</i>.txt"])
    folders = [sample_runs.write_run(tmp_path / "a", config=config)]
    folders += [sample_runs.write_run(tmp_path / "<u>")]
    page = Page(comparison_page(compare(folders), "data:,"))
    assert "<i>x</i>.txt" in page.text
    assert not {"i", "u"} & set(page.tags)
