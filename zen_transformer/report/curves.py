"""Curves: losses and metrics over the steps, and scores over the number of examples."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from matplotlib.axes import Axes

from zen_transformer.report.plots import (
    BASELINE,
    GROUPS,
    HELD_OUT,
    MARKERS,
    TRAINING,
    Rows,
    new_figure,
    save_picture,
)

BASELINE_STYLES = ("--", ":", "-.")


class Curve(NamedTuple):
    """A metric of a training's lines, and what can be had without the model."""

    name: str
    title: str
    baselines: Mapping[str, float] = {}
    """Values by what they are of."""
    training_name: str = ""
    """Its name in the lines of the training, where it is another one than on held-out data."""


def plot_training(
    rows: Rows, curves: Sequence[Curve], folder: Path, marks: Mapping[int, str] | None = None
) -> list[Path]:
    """Draw the curves of a training, its learning rate and its throughput.

    Args:
        rows: the lines of its metrics.
        curves: which of them; those whose name ends in `loss` come into `losses.png`, the others
            into `accuracies.png`, all of them into `learning_curves.png`.
        folder: where the pictures go.
        marks: steps at which something changes, and what stands there.
    """

    def learning(curve: Curve) -> Callable[[Axes], None]:
        return lambda axes: _learning(axes, rows, curve)

    def single(name: str, title: str) -> Callable[[Axes], None]:
        def draw(axes: Axes) -> None:
            _line(axes, rows, name, HELD_OUT, title)
            axes.set(title=title, xlabel="step")
            axes.set_ylim(bottom=0)

        return draw

    pictures = {
        "learning_curves": [learning(curve) for curve in curves],
        "losses": [learning(curve) for curve in curves if curve.name.endswith("loss")],
        "accuracies": [learning(curve) for curve in curves if not curve.name.endswith("loss")],
        "learning_rate": [single("learning_rate", "learning rate")],
        "throughput": [single("tokens_per_second", "real tokens per second")],
    }
    paths = []
    for name, panels in pictures.items():
        if not panels:
            continue
        columns = 2 if len(panels) > 2 else 1
        lines = -(-len(panels) // columns)
        figure = new_figure(4.6 * columns, 3.2 * lines)
        grid = figure.subplots(lines, columns, squeeze=False).flat
        for axes, draw in zip(grid, panels, strict=False):
            draw(axes)
            _mark(axes, marks or {})
        paths.append(save_picture(figure, folder / f"{name}.png"))
    return paths


def _line(axes: Axes, rows: Rows, name: str, color: str, label: str, **style: Any) -> None:
    points = [(row["step"], row[name]) for row in rows if name in row]
    if points:
        axes.plot(*zip(*points, strict=True), color=color, label=label, **style)


def _learning(axes: Axes, rows: Rows, curve: Curve) -> None:
    held_out = {"marker": "o", "markersize": 3}
    training = curve.training_name or curve.name
    _line(axes, rows, training, TRAINING, "training", linewidth=1)
    _line(axes, rows, f"held_out_{curve.name}", HELD_OUT, "held-out data", **held_out)
    for style, (label, value) in zip(BASELINE_STYLES, curve.baselines.items(), strict=False):
        axes.axhline(value, color=BASELINE, linestyle=style, linewidth=1, label=label)
    axes.set(title=curve.title, xlabel="step")
    if axes.lines:
        axes.legend(frameon=False, fontsize=8)


def _mark(axes: Axes, marks: Mapping[int, str]) -> None:
    """Draw thin lines at some steps, with a word above each."""
    for step, word in marks.items():
        axes.axvline(step, color="0.85", linewidth=0.8, zorder=0)
        axes.annotate(
            word,
            (step, 1),
            (2, -8),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            fontsize=7,
            color="0.5",
        )


def plot_runs(runs: Mapping[str, Rows], titles: Mapping[str, str], path: Path) -> Path:
    """Draw the held-out figures of several trainings over their steps.

    Args:
        runs: the lines of their metrics by the names of the runs.
        titles: what the metrics are called, by their names.
        path: of the picture.
    """
    prefix = "held_out_"
    names = dict.fromkeys(
        name for rows in runs.values() for row in rows for name in row if name.startswith(prefix)
    )
    lines = max(1, -(-len(names) // 2))
    figure = new_figure(9.2, 3.2 * lines)
    for axes, name in zip(figure.subplots(lines, 2, squeeze=False).flat, names, strict=False):
        for number, (run, rows) in enumerate(runs.items()):
            color, marker = GROUPS[number % len(GROUPS)], MARKERS[number % len(MARKERS)]
            _line(axes, rows, name, color, run, marker=marker, markersize=4)
        metric = name.removeprefix(prefix)
        axes.set(title=titles.get(metric, metric.replace("_", " ")), xlabel="step")
        axes.legend(frameon=False, fontsize=8)
    return save_picture(figure, path)


class LearningCurve(NamedTuple):
    """Scores over the number of examples."""

    points: Sequence[Mapping[str, Any]]
    """Each with the number of `examples`, and `mean` and `std` of every variant."""
    variants: Mapping[str, str]
    """What the variants are called, by their names; each has the same colour in every picture,
    whether others are there or not."""
    title: str
    """What the scores are."""


def plot_learning_curves(curves: Sequence[LearningCurve], path: Path) -> Path:
    """Draw learning curves beside each other, with their deviations over the seeds.

    Args:
        curves: from left to right.
        path: of the picture.
    """
    figure = new_figure(5.4 * len(curves), 4.0)
    for curve, axes in zip(curves, figure.subplots(1, len(curves), squeeze=False)[0], strict=True):
        _draw_learning_curve(curve, axes)
    return save_picture(figure, path)


def _draw_learning_curve(curve: LearningCurve, axes: Axes) -> None:
    points = curve.points
    counts = [point["examples"] for point in points]
    for (name, label), (color, style) in zip(curve.variants.items(), VARIANT_STYLES, strict=False):
        if not all(name in point for point in points):
            continue
        axes.errorbar(
            counts,
            [point[name]["mean"] for point in points],
            yerr=[point[name]["std"] for point in points],
            label=label,
            color=color,
            capsize=3,
            **style,
        )
    axes.set_xscale("log")
    axes.set_xticks(counts, [f"{count:,}" for count in counts])
    axes.minorticks_off()
    axes.set(xlabel="labelled examples", title=curve.title)
    axes.legend(frameon=False, fontsize=9)


VARIANT_STYLES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("#0072b2", {"marker": "o"}),
    ("#cc79a7", {"marker": "D"}),
    ("#d55e00", {"marker": "s"}),
    ("#009e73", {"marker": "^", "linestyle": "--"}),
    ("0.6", {"linestyle": ":"}),
    ("#a6761d", {"marker": "v"}),
)
"""Colours that the colour-blind can tell apart; markers for who prints in gray."""
