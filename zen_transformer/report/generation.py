"""Pictures of how good what a model wrote is."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter, ScalarFormatter

from zen_transformer.report.plots import GROUPS, new_figure, save_picture


def plot_quality_diversity(rows: Sequence[dict[str, Any]], human: str, path: Path) -> Path:
    """Perplexity under the judge over diversity, a curve for each setting that was varied, and the
    point of what people wrote.

    Args:
        rows: figures by name (evaluation/quality.py); `way` is a setting and its value, or `human`.
        human: the way that is no setting.
        path: of the PNG.
    """
    figure = new_figure(7.2, 4.6)
    axes = figure.subplots()
    settings = dict.fromkeys(row["way"].rpartition(" ")[0] for row in rows if row["way"] != human)
    for setting, color, marker in zip(settings, GROUPS, "osD^", strict=False):
        points = [row for row in rows if row["way"].rpartition(" ")[0] == setting]
        _curve(axes, points, setting, color, marker)
    for row in rows:
        if row["way"] == human:
            x, y = _place(row)
            axes.plot(x, y, "*", color="black", markersize=16, label=human, linestyle="")
            axes.axvline(x, color="0.8", linewidth=0.8, zorder=0)
            axes.axhline(y, color="0.8", linewidth=0.8, zorder=0)
    axes.set_yscale("log")
    axes.invert_yaxis()
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 3, 5)))
    axes.yaxis.set_major_formatter(ScalarFormatter())
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set(
        xlabel="diversity, 1 − self-BLEU  (to the right: more varied)",
        ylabel="perplexity under the judge  (up: more expected)",
        title="What variety costs",
    )
    axes.legend(frameon=False, loc="lower left")
    return save_picture(figure, path)


def _curve(
    axes: Axes, rows: Sequence[dict[str, Any]], setting: str, color: str, marker: str
) -> None:
    places = [_place(row) for row in rows]
    axes.plot(*zip(*places, strict=True), color=color, marker=marker, label=setting)
    for row, place in zip(rows, places, strict=True):
        value = row["way"].rpartition(" ")[2]
        offset = (-7, -12) if marker == "o" else (7, 4)  # one curve's on either side
        align = "right" if marker == "o" else "left"
        axes.annotate(
            value, place, offset, textcoords="offset points", fontsize=8, color=color, ha=align
        )


def _place(row: dict[str, Any]) -> tuple[float, float]:
    return 1 - row["self_bleu"], row["perplexity"]
