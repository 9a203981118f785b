"""The pictures of a run, each a PNG."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

TRAINING, HELD_OUT, BASELINE = "#9ecae1", "#08519c", "#d62728"
Rows = Sequence[dict[str, Any]]


@dataclass(frozen=True)
class Baselines:
    """What can be had without looking at the context; losses in nats."""

    unigram_loss: float
    unigram_accuracy: float
    next_sentence_accuracy: float = 0.5


def _figure(width: float, height: float) -> Figure:
    matplotlib.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})
    return Figure(figsize=(width, height), layout="constrained", dpi=120)


def _save(figure: Figure, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
    return path


def _curve(axes: Axes, rows: Rows, name: str, color: str, label: str, **style: Any) -> None:
    points = [(row["step"], row[name]) for row in rows if name in row]
    if points:
        axes.plot(*zip(*points, strict=True), color=color, label=label, **style)


def _learning(
    axes: Axes, rows: Rows, name: str, title: str, baseline: float, baseline_name: str
) -> None:
    _curve(axes, rows, name, TRAINING, "training", linewidth=1)
    _curve(axes, rows, f"held_out_{name}", HELD_OUT, "held-out documents", marker="o", markersize=3)
    axes.axhline(baseline, color=BASELINE, linestyle="--", linewidth=1, label=baseline_name)
    axes.set(title=title, xlabel="step")
    axes.legend(frameon=False, fontsize=8)


def _mark_stages(axes: Axes, stages: dict[int, int]) -> None:
    """Thin lines where the length of the pairs changes, with the new length above."""
    for step, length in stages.items() if len(stages) > 1 else ():
        axes.axvline(step, color="0.85", linewidth=0.8, zorder=0)
        axes.annotate(
            f"{length}",
            (step, 1),
            (2, -8),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            fontsize=7,
            color="0.5",
        )


def plot_pretraining(
    rows: Rows, baselines: Baselines, stages: dict[int, int], folder: Path
) -> list[Path]:
    """Losses, accuracies, learning rate and throughput of a pretraining, and one picture of
    the first two together. `stages` has the tokens of a pair by the step where they begin."""

    def mlm_loss(axes: Axes) -> None:
        title, name = "masked words: loss (nats)", "unigram distribution"
        _learning(axes, rows, "mlm_loss", title, baselines.unigram_loss, name)

    def nsp_loss(axes: Axes) -> None:
        _learning(axes, rows, "nsp_loss", "next sentence: loss (nats)", np.log(2), "chance")

    def mlm_accuracy(axes: Axes) -> None:
        title, name = "masked words: accuracy", "most frequent piece"
        _learning(axes, rows, "mlm_accuracy", title, baselines.unigram_accuracy, name)

    def nsp_accuracy(axes: Axes) -> None:
        chance = baselines.next_sentence_accuracy
        _learning(axes, rows, "nsp_accuracy", "next sentence: accuracy", chance, "chance")

    def single(name: str, title: str) -> list:
        def draw(axes: Axes) -> None:
            _curve(axes, rows, name, HELD_OUT, title)
            axes.set(title=title, xlabel="step")
            axes.set_ylim(bottom=0)

        return [draw]

    pictures = {
        "learning_curves": [mlm_loss, mlm_accuracy, nsp_loss, nsp_accuracy],
        "losses": [mlm_loss, nsp_loss],
        "accuracies": [mlm_accuracy, nsp_accuracy],
        "learning_rate": single("learning_rate", "learning rate"),
        "throughput": single("tokens_per_second", "real tokens per second"),
    }
    paths = []
    for name, panels in pictures.items():
        columns = min(2, len(panels))
        height = 3.2 * (len(panels) // columns)
        figure = _figure(4.6 * columns, height)
        grid = figure.subplots(len(panels) // columns, columns, squeeze=False).flat
        for axes, draw in zip(grid, panels, strict=True):
            draw(axes)
            _mark_stages(axes, stages)
        paths.append(_save(figure, folder / f"{name}.png"))
    return paths


def plot_attention(
    attentions: Float[np.ndarray, "layers heads length length"], tokens: list[str], path: Path
) -> Path:
    """Every head's weights for one sentence: a row is a token that looks, a column one that
    is looked at."""
    layers, heads = attentions.shape[:2]
    size = max(2.4, 0.19 * len(tokens))
    figure = _figure(size * heads + 1, size * layers + 0.8)
    grid = figure.subplots(layers, heads, squeeze=False)
    for (layer, head), axes in np.ndenumerate(grid):
        axes.imshow(attentions[layer, head], cmap="Blues", vmin=0, vmax=1)
        axes.set_title(f"layer {layer + 1}, head {head + 1}", fontsize=9)
        outer_row, outer_column = layer == layers - 1, head == 0
        axes.set_xticks(range(len(tokens)), tokens if outer_row else [], rotation=90, fontsize=7)
        axes.set_yticks(range(len(tokens)), tokens if outer_column else [], fontsize=7)
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
    figure.supylabel("looks", fontsize=9)
    figure.supxlabel("is looked at", fontsize=9)
    return _save(figure, path)


def principal_components(
    vectors: Float[np.ndarray, "points hidden"],
) -> Float[np.ndarray, "points 2"]:
    """The two directions of largest variance: centered vectors times the first two right
    singular vectors."""
    centered = vectors - vectors.mean(axis=0)
    return centered @ np.linalg.svd(centered, full_matrices=False)[2][:2].T


def plot_embeddings(
    vectors: Float[np.ndarray, "points hidden"], groups: dict[str, list[str]], path: Path
) -> Path:
    """Words in the plane of their two principal components, colored by group. The vectors
    come in the order of the groups' words."""
    points = iter(principal_components(vectors))
    figure = _figure(7.5, 6)
    axes = figure.subplots()
    for number, (name, words) in enumerate(groups.items()):
        color = matplotlib.colormaps["tab10"](number % 10)
        own = np.array([next(points) for _ in words])
        axes.scatter(own[:, 0], own[:, 1], color=color, s=18, label=name)
        for (x, y), word in zip(own, words, strict=True):
            axes.annotate(word, (x, y), (3, 2), textcoords="offset points", fontsize=8, color=color)
    axes.set(title="token embeddings, first two principal components", xticks=[], yticks=[])
    axes.legend(frameon=False, fontsize=8)
    return _save(figure, path)
