"""Draws a symptom as a PNG, its panels side by side."""

from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from zen_transformer.files import atomic_write, make_folder
from zen_transformer.gallery.symptom import Bars, Curves, Heatmaps, Symptom
from zen_transformer.report.plots import BASELINE, GROUPS, TRAINING

NAMES = ("right", "with the mistake")
COLORS = GROUPS[:2]
LINES: tuple[dict[str, Any], ...] = ({"linewidth": 2}, {"linewidth": 1.5, "linestyle": "--"})


def draw(symptom: Symptom, path: Path) -> Path:
    """Draw the panels of a symptom and write them to a PNG file."""
    matplotlib.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})
    figure = Figure(figsize=(7.6, 3.1), layout="constrained", dpi=100)
    parts = figure.subfigures(1, len(symptom.panels), squeeze=False)[0]
    for part, panel in zip(parts, symptom.panels, strict=True):
        if isinstance(panel, Heatmaps):
            _maps(part, panel)
            continue
        axes = part.subplots()
        if isinstance(panel, Curves):
            _curves(axes, panel)
        else:
            _bars(axes, panel)
        axes.set_title(panel.title, fontsize=10)
        axes.legend(frameon=False, fontsize=8)
        axes.tick_params(labelsize=8)
    make_folder(path.parent)
    with atomic_write(path) as temporary:
        figure.savefig(temporary, format="png")
    return path


def _curves(axes: Axes, panel: Curves) -> None:
    for number, other in enumerate(panel.other_seeds):
        label = "" if number else "right, other seeds"
        axes.plot(panel.x, other, color=TRAINING, linewidth=1, label=label)
    for side, name, color, line in zip(panel.sides, NAMES, COLORS, LINES, strict=True):
        axes.plot(panel.x, side, color=color, label=name, **line)
    if panel.level is not None:
        name, height = panel.level
        axes.axhline(height, color=BASELINE, linestyle=":", linewidth=1, label=name)
    if panel.log_x:
        axes.set_xscale("log", base=2 if panel.x[0] >= 1 else 10)
    if panel.log_y:
        axes.set_yscale("log")
    axes.set_xlabel(panel.x_name, fontsize=9)


def _bars(axes: Axes, panel: Bars) -> None:
    places, bottom = np.arange(len(panel.names)), panel.floor or 0.0
    for shift, side, name, color in zip((-0.2, 0.2), panel.sides, NAMES, COLORS, strict=True):
        heights = np.maximum(np.asarray(side, float) - bottom, 0.0)
        axes.bar(places + shift, heights, 0.36, bottom=bottom, color=color, label=name)
    highest = float(np.max(panel.sides))
    if panel.floor is None:
        axes.set_ylim(0.0, 1.3 * highest)  # room for the legend
    else:
        axes.set_yscale("log")
        axes.set_ylim(panel.floor, 1e4 * highest)
    axes.set_xticks(places, panel.names)


def _maps(part: SubFigure, panel: Heatmaps) -> None:
    part.suptitle(panel.title, fontsize=10)
    left, right = part.subplots(1, 2)
    text: dict[str, Any] = {"fontsize": 6 if len(panel.names) > 8 else 8}
    for axes, side, name in zip((left, right), panel.sides, NAMES, strict=True):
        axes.imshow(side, cmap="Blues", vmin=0, vmax=1, aspect="auto")
        axes.set_title(name, fontsize=9)
        turned = 90 if len(panel.names) > 8 else 0
        axes.set_xticks(range(len(panel.names)), panel.names, rotation=turned, **text)
        axes.set_yticks(range(len(panel.names)), panel.names if axes is left else [], **text)
        axes.tick_params(length=0)
        axes.set_xlabel(panel.column_name, fontsize=8)
    left.set_ylabel(panel.row_name, fontsize=8)
