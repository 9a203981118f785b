"""Runs beside each other: their figures, and the settings in which they differ."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from zen_transformer.errors import UserError
from zen_transformer.report.page import MODELS, STAGES, environment, read_run, setting

Better = Literal["higher", "lower", ""]


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


def compare(folders: list[Path]) -> Comparison:
    """Read the runs.

    Raises:
        UserError: fewer than two runs, or a folder that holds none.
    """
    if len(folders) < 2:
        raise UserError(f"{len(folders)} of at least two runs to compare: name their folders")
    runs = [read_run(folder) for folder in folders]
    settings = [_flat(run["config"]) for run in runs]
    same_words, same_texts = _same(settings, *WORDS), _same(settings, "data")
    machines = {str(run["summary"].get("machine")) for run in runs if run["summary"]}
    notes = {
        "The runs were asked other masked words and next sentences (they differ in corpus, "
        "vocabulary, held-out part or length), so these figures do not compare.": same_words,
        "They were fine-tuned on different labelled texts, so these accuracies do not "
        "compare.": same_texts,
        "Times and speeds are of different machines or versions.": len(machines) < 2,
    }
    return Comparison(
        names=_short_names(folders),
        figures=_figures(runs, same_words, same_texts),
        settings=_differences(settings),
        notes=[note for note, fine in notes.items() if not fine],
    )


WORDS = ("corpus", "tokenizer.", "pretraining.held_out", "pretraining.lengths")
"""Settings that decide on which words a pretraining is measured."""


def _same(settings: list[dict[str, str]], *beginnings: str) -> bool:
    """Whether the runs that have such a setting agree about it."""
    found = [
        {name: value for name, value in own.items() if name.startswith(beginnings)}
        for own in settings
    ]
    return all(own == other for own in found for other in found if own and other)


def _short_names(folders: list[Path]) -> list[str]:
    names = [folder.resolve().name for folder in folders]
    return names if len(set(names)) == len(names) else [str(folder) for folder in folders]


def _figures(runs: list[dict[str, Any]], same_words: bool, same_texts: bool) -> list[Row]:
    """All figures, marked as better or worse only where the same was measured."""
    rows = []

    def add(name: str, path: tuple[Any, ...], form: str, better: Better = "") -> None:
        values = [_at(run["summary"], path) for run in runs]
        if any(value is not None for value in values):
            deviations = [_at(run["summary"], path, "std") for run in runs]
            cells = [
                "–" if value is None else form.format(value) + _plus_minus(deviation)
                for value, deviation in zip(values, deviations, strict=True)
            ]
            rows.append(Row(name, values, cells, better))

    def pretraining(of: str, path: tuple[str, ...]) -> None:
        higher: Better = "higher" if same_words else ""
        lower: Better = "lower" if same_words else ""
        add(f"masked words right{of}", (*path, "mlm_accuracy"), "{:.1%}", higher)
        add(f"masked words, loss{of}", (*path, "mlm_loss"), "{:.3f}", lower)
        add(f"next sentence right{of}", (*path, "nsp_accuracy"), "{:.1%}", higher)
        add(f"next sentence, loss{of}", (*path, "nsp_loss"), "{:.3f}", lower)

    pretraining("", ())
    for source in _keys(runs, "by_corpus"):
        pretraining(f", {source}", ("by_corpus", source))
    counts = {p["examples"] for r in runs for p in r["summary"].get("finetune_curve", [])}
    for count in sorted(counts):
        for model, title in MODELS.items():
            form = "{:+.3f}" if model == "gain" else "{:.3f}"
            learnt = model not in ("majority", "bag_of_words")
            better: Better = "higher" if learnt and same_texts else ""
            add(f"{title}, {count:,} examples", ("finetune_curve", count, model), form, better)
    add("parameters", ("parameters",), "{:,}")
    add("steps", ("steps",), "{:,}")
    add("tokens a second", ("tokens_per_second",), "{:,.0f}", "higher")
    for stage in _keys(runs, "stages"):
        add(f"seconds, {STAGES.get(stage, stage)}", ("stages", stage), "{:,.0f}")
    add("seconds in all", ("seconds",), "{:,.0f}")
    return rows


def _keys(runs: list[dict[str, Any]], name: str) -> list[str]:
    """The keys of a part of the summaries, in the order in which they first stand."""
    return list(dict.fromkeys(key for run in runs for key in run["summary"].get(name, {})))


def _plus_minus(deviation: float | None) -> str:
    return "" if deviation is None else f" ±{deviation:.3f}"


def _at(summary: dict[str, Any], path: tuple[Any, ...], of: str = "mean") -> float | None:
    """What stands at a path: a number or, over several seeds, their mean (or `std`). A point of
    the curve is found by its number of examples."""
    found: Any = summary
    for key in path:
        if isinstance(found, list):
            found = next((point for point in found if point["examples"] == key), None)
        else:
            found = found.get(key) if isinstance(found, dict) else None
    if isinstance(found, dict):
        return found[of]
    return found if of == "mean" else None


def _flat(settings: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """Every single setting by its dotted name."""
    found: dict[str, str] = {}
    for key, value in settings.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            found |= _flat(value, f"{name}.")
        else:
            found[name] = setting(value)
    return found


def _differences(settings: list[dict[str, str]]) -> list[Row]:
    """The settings that are not the same in all runs, but for what they were asked."""
    names = dict.fromkeys(name for own in settings for name in own)
    rows = []
    for name in names:
        cells = [own.get(name, "–") for own in settings]
        if len(set(cells)) > 1 and not name.startswith("answers."):
            rows.append(Row(name, [None] * len(cells), cells))
    return rows


def comparison_page(comparison: Comparison, curves: str) -> str:
    """The same as a page; `curves` is a picture as a data URI."""
    template = environment().get_template("comparison.html.jinja")
    return template.render(comparison=comparison, curves=curves)
