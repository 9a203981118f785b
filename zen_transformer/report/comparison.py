"""Runs beside each other: their figures, and the settings in which they differ."""

from collections.abc import Sequence
from dataclasses import dataclass

from zen_transformer.errors import UserError
from zen_transformer.metric import Better, Metric
from zen_transformer.presets.overrides import flatten
from zen_transformer.report.page import STAGES, environment, setting
from zen_transformer.report.record import RunRecord


@dataclass(frozen=True)
class Row:
    """A figure of every run, as numbers (None where a run has none) and as a person reads it."""

    name: str
    values: list[float | None]
    cells: list[str]
    better: Better = ""

    def is_best(self, column: int) -> bool:
        """Whether this run's is better than that of another."""
        there = [value for value in self.values if value is not None]
        if not self.better or len(set(there)) < 2:
            return False
        return self.values[column] == (max(there) if self.better == "higher" else min(there))


@dataclass(frozen=True)
class Comparison:
    """Columns are the runs."""

    names: list[str]
    figures: list[Row]
    settings: list[Row]
    notes: list[str]
    """What has to be known to read it."""


def compare(runs: Sequence[tuple[RunRecord, list[Metric]]]) -> Comparison:
    """Put runs beside each other.

    Args:
        runs: what each folder says, and its figures.

    Raises:
        UserError: fewer than two runs.
    """
    if len(runs) < 2:
        raise UserError(f"{len(runs)} of at least two runs to compare: name their folders")
    records = [record for record, _ in runs]
    settings = [
        {name: setting(value) for name, value in flatten(record.config).items()}
        for record in records
    ]
    same_words = _same(settings, *WORDS)
    same_texts = _same(settings, "data") and _same(settings, "tagging.data")
    machines = {str(record.summary.get("machine")) for record in records if record.summary}
    notes = {
        "The runs were measured on other documents or tokens (they differ in corpus, vocabulary, "
        "held-out part or length), so these figures do not compare.": same_words,
        "They were fine-tuned on different labelled texts, so these scores do not "
        "compare.": same_texts,
        "Times and speeds are of different machines or versions.": len(machines) < 2,
    }
    return Comparison(
        names=_short_names(records),
        figures=_figures(runs, same_words, same_texts) + _costs(records),
        settings=_differences(settings),
        notes=[note for note, fine in notes.items() if not fine],
    )


WORDS = ("corpus", "pairs", "tokenizer.", "pretraining.held_out", "pretraining.length")
"""Settings that decide what a pretraining is measured on."""


def _same(settings: list[dict[str, str]], *beginnings: str) -> bool:
    """Whether the runs that have such a setting agree about it."""
    chosen = [
        {name: value for name, value in values.items() if name.startswith(beginnings)}
        for values in settings
    ]
    return all(one == other for one in chosen for other in chosen if one and other)


def _short_names(records: Sequence[RunRecord]) -> list[str]:
    names = [record.name for record in records]
    return names if len(set(names)) == len(names) else [str(record.folder) for record in records]


def _figures(
    runs: Sequence[tuple[RunRecord, list[Metric]]], same_words: bool, same_texts: bool
) -> list[Row]:
    """All metrics, marked as better or worse only where the same was measured."""
    tables = [{metric.label: metric for metric in metrics} for _, metrics in runs]
    rows = []
    for label in dict.fromkeys(label for table in tables for label in table):
        metrics = [table.get(label) for table in tables]
        known = next(metric for metric in metrics if metric)
        comparable = same_texts if known.on_labels else same_words
        rows.append(
            Row(
                label,
                [metric.value if metric else None for metric in metrics],
                [metric.with_deviation() if metric else "–" for metric in metrics],
                known.better if comparable else "",
            )
        )
    return rows


def _costs(records: Sequence[RunRecord]) -> list[Row]:
    """Sizes, times and speeds."""
    summaries = [record.summary for record in records]
    rows = [
        _cost("parameters", [summary.get("parameters") for summary in summaries]),
        _cost("steps", [summary.get("steps") for summary in summaries]),
        _cost(
            "tokens a second", [summary.get("tokens_per_second") for summary in summaries], "higher"
        ),
    ]
    times = [record.stages or record.summary.get("stages", {}) for record in records]
    for stage in dict.fromkeys(stage for stages in times for stage in stages):
        seconds = [stages.get(stage) for stages in times]
        rows.append(_cost(f"seconds, {STAGES.get(stage, stage)}", seconds))
    rows.append(_cost("seconds in all", [summary.get("seconds") for summary in summaries]))
    return [row for row in rows if any(value is not None for value in row.values)]


def _cost(name: str, values: list[float | None], better: Better = "") -> Row:
    cells = ["–" if value is None else f"{value:,.0f}" for value in values]
    return Row(name, values, cells, better)


def _differences(settings: list[dict[str, str]]) -> list[Row]:
    """The settings that are not the same in all runs, but for what they were asked."""
    names = dict.fromkeys(name for values in settings for name in values)
    rows = []
    for name in names:
        cells = [values.get(name, "–") for values in settings]
        if len(set(cells)) > 1 and not name.startswith("answers."):
            rows.append(Row(name, [None] * len(cells), cells))
    return rows


def comparison_page(comparison: Comparison, curves: str) -> str:
    """The same as a page; `curves` is a picture as a data URI."""
    template = environment().get_template("comparison.html.jinja")
    return template.render(comparison=comparison, curves=curves)
