"""Plot of the quality and the diversity of generated texts."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter, ScalarFormatter

from zen_transformer.report.plots import GROUPS, new_figure, save_picture


class QualityPoint(NamedTuple):
    """The texts of one value of a sampling setting, or of people."""

    setting: str
    """Name of the setting, "temperature" or "top-p"; empty for people."""
    value: str
    """Of the setting; the label of the point for people."""
    diversity: float
    """1 − self-BLEU."""
    perplexity: float


def plot_quality_diversity(points: Sequence[QualityPoint], path: Path) -> Path:
    """Plot perplexity under the judge over diversity: a curve for each setting, a star for people.

    Args:
        points: of all settings; along a curve in the order given.
        path: of the PNG.
    """
    figure = new_figure(7.2, 4.6)
    axes = figure.subplots()
    settings = dict.fromkeys(point.setting for point in points if point.setting)
    for setting, color, marker in zip(settings, GROUPS, "osD^", strict=False):
        _curve(axes, [point for point in points if point.setting == setting], color, marker)
    for setting, label, x, y in points:
        if not setting:
            axes.plot(x, y, "*", color="black", markersize=16, label=label, linestyle="")
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


def _curve(axes: Axes, points: Sequence[QualityPoint], color: str, marker: str) -> None:
    places = [(point.diversity, point.perplexity) for point in points]
    axes.plot(*zip(*places, strict=True), color=color, marker=marker, label=points[0].setting)
    for point, place in zip(points, places, strict=True):
        offset = (-7, -12) if marker == "o" else (7, 4)  # one curve's on either side
        align = "right" if marker == "o" else "left"
        axes.annotate(
            point.value,
            place,
            offset,
            textcoords="offset points",
            fontsize=8,
            color=color,
            ha=align,
        )
