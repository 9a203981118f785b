"""The picture of a preference tuning: what it won, how far it went for it, and what it cost."""

import math
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes

from zen_transformer.report.plots import (
    BASELINE,
    HELD_OUT,
    TRAINING,
    Rows,
    new_figure,
    save_picture,
)

Figures = dict[str, Any]
"""Of one model: `ScoreFigures` of `evaluation/best_of_n.py`, its perplexity and divergence."""


def plot_preferences(rows: Rows, before: Figures, after: Figures, folder: Path) -> Path:
    """Three panels: the score of the best of n; the score over the distance from the model; what
    becomes of held-out text over the steps."""
    figure = new_figure(12.0, 3.6)
    best, distance, cost = figure.subplots(1, 3)
    _best_of_n(best, before, after)
    _distance(distance, before, after)
    _cost(cost, rows, before["perplexity_of_windows"])
    return save_picture(figure, folder / "preferences.png")


def _best_of_n(axes: Axes, before: Figures, after: Figures) -> None:
    for figures, color, name in ((before, TRAINING, "before"), (after, HELD_OUT, "after")):
        counts = [int(n) for n in figures["best_of"]]
        points = list(figures["best_of"].values())
        heights, errors = ([point[kind] for point in points] for kind in ("mean", "error"))
        axes.errorbar(counts, heights, errors, color=color, marker="o", markersize=4, label=name)
    axes.set_xscale("log", base=2)
    axes.set_xticks(counts, map(str, counts))
    axes.set(title="score of the best of n texts", xlabel="n")
    axes.legend(frameon=False, fontsize=8)


def _distance(axes: Axes, before: Figures, after: Figures) -> None:
    points = before["best_of"]
    across, up = ([point[kind] for point in points.values()] for kind in ("divergence", "mean"))
    axes.plot(across, up, color=TRAINING, marker="o", markersize=4, label="best of n, before")
    for n, x, y in zip(points, across, up, strict=True):
        axes.annotate(n, (x, y), (6, -5), textcoords="offset points", fontsize=8, color="0.4")
    distance, score = after["divergence"], after["score"]
    axes.errorbar(
        distance["mean"],
        score["mean"],
        score["error"],
        distance["error"],
        color=HELD_OUT,
        marker="s",
        label="one text, after",
    )
    axes.set(title="score, and nats from the model before", xlabel="nats a text")
    axes.legend(frameon=False, fontsize=8, loc="lower right")


def _cost(axes: Axes, rows: Rows, perplexity: float) -> None:
    seen = [row for row in rows if "held_out_lm_loss" in row]
    steps = [row["step"] for row in seen]
    text = [math.exp(row["held_out_lm_loss"]) for row in seen]
    axes.plot(steps, text, color=HELD_OUT, marker="o", markersize=4, label="learning")
    axes.axhline(perplexity, color=BASELINE, linestyle="--", linewidth=1, label="before")
    axes.set(title="perplexity of held-out windows", xlabel="step")
    axes.legend(frameon=False, fontsize=8)
