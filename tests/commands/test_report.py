"""`report` and `compare-runs`, called as functions: what they print and write."""

import re
from pathlib import Path

import pytest
from report import sample_runs

from zen_transformer.commands.compare_runs import compare_runs
from zen_transformer.commands.report import report
from zen_transformer.errors import UserError


@pytest.fixture
def runs(tmp_path) -> list[Path]:
    first = sample_runs.write_finished_run(tmp_path / "first")
    second = sample_runs.write_finished_run(tmp_path / "second", mlm_accuracy=0.4021)
    return [first, second]


def test_report_says_where_it_is(runs, capsys):
    report(runs[0])
    assert capsys.readouterr().out == f"written to {runs[0] / 'report.html'}\n"
    assert (runs[0] / "report.html").is_file()


def test_compare_prints_a_table_without_control_characters(runs, capsys):
    compare_runs(tuple(runs))
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert "…" not in printed
    assert re.search(r"^masked words right +37\.1% +40\.2% \*$", printed, re.MULTILINE)
    assert re.search(r"^tokens a second +31,417 +31,417 *$", printed, re.MULTILINE)
    assert "set differently" not in printed


@pytest.mark.parametrize("count", [2, 6])
def test_figures_stay_whole_on_a_narrow_terminal(runs, tmp_path, capsys, monkeypatch, count):
    more = [sample_runs.write_finished_run(tmp_path / f"more{i}") for i in range(count - 2)]
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    compare_runs((*runs, *more))
    printed = capsys.readouterr().out
    plain = re.sub(r"\x1b\[[0-9;]*m", "", printed)
    assert max(map(len, plain.splitlines())) <= 80
    assert plain.count("31,417") == count
    assert plain.count("+0.022") == count


def test_brackets_in_settings_are_printed_as_they_are(runs, tmp_path, capsys):
    config = sample_runs.config(corpus=["[bold]data[/].txt"])
    other = sample_runs.write_run(tmp_path / "other", config=config)
    compare_runs((runs[0], other))
    assert "[bold]data[/].txt" in capsys.readouterr().out


def test_compare_writes_a_page_with_curves(runs, tmp_path, capsys):
    page = tmp_path / "comparison.html"
    compare_runs(tuple(runs), output=page)
    assert f"written to {page}" in capsys.readouterr().out
    html = page.read_text("utf-8")
    assert 'src="data:image/png;base64,' in html
    assert "40.2%" in html
    assert "http" not in html


def test_one_run_is_none_to_compare(runs):
    with pytest.raises(UserError, match="1 of at least two runs"):
        compare_runs((runs[0],))
