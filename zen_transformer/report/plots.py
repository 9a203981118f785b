"""The pictures of a run, each a PNG."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

import matplotlib
import numpy as np
from jaxtyping import Float
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.patches import Arc

from zen_transformer.files import atomic_write, make_folder

TRAINING, HELD_OUT, BASELINE = "#9ecae1", "#08519c", "#d62728"
GROUPS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#a6761d", "#56b4e9", "#7570b3", "0.35")
MARKERS = "os^Dv*Pp"
"""Colours that the colour-blind can tell apart; markers for who prints in gray."""
Rows = Sequence[dict[str, Any]]


def new_figure(width: float, height: float) -> Figure:
    """An empty picture, in inches."""
    matplotlib.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})
    return Figure(figsize=(width, height), layout="constrained", dpi=120)


def save_picture(figure: Figure, path: Path) -> Path:
    """Written beside the old one, and then in its place."""
    make_folder(path.parent)
    with atomic_write(path) as temporary:
        figure.savefig(temporary, format="png", bbox_inches="tight", pad_inches=0.1)
    return path


def plot_attention(
    attentions: Float[np.ndarray, "layers heads length length"], tokens: list[str], path: Path
) -> Path:
    """Every head's weights for one sentence: a row is a token that looks, a column one that
    is looked at."""
    layers, heads = attentions.shape[:2]
    tokens = [_legible(token) for token in tokens]
    size = max(2.4, 0.19 * len(tokens))
    figure = new_figure(size * heads + 1, size * layers + 0.8)
    grid = figure.subplots(layers, heads, squeeze=False)
    for (layer, head), axes in np.ndenumerate(grid):
        axes.imshow(attentions[layer, head], cmap="Blues", vmin=0, vmax=1)
        axes.set_title(f"layer {layer + 1}, head {head + 1}", fontsize=9)
        outer_row, outer_column = layer == layers - 1, head == 0
        text = {"fontsize": 7, **_glyphs()}
        axes.set_xticks(range(len(tokens)), tokens if outer_row else [], rotation=90, **text)
        axes.set_yticks(range(len(tokens)), tokens if outer_column else [], **text)
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
    figure.supylabel("looks", fontsize=9)
    figure.supxlabel("is looked at", fontsize=9)
    return save_picture(figure, path)


def plot_attention_arcs(
    attention: Float[np.ndarray, "length length"], tokens: list[str], path: Path
) -> Path:
    """One head: each token looks, by an arc, at the tokens that it gives weight to. Arcs to
    later tokens run above the line, those to earlier ones below; the wider, the more weight."""
    words = [_legible(token) for token in tokens]
    # Each word has the room that its letters need; Chinese ones are twice as wide.
    letters = [sum(2 if east_asian_width(c) in "WF" else 1 for c in word) for word in words]
    room = 0.09 * np.array(letters) + 0.25
    places = (np.cumsum(room) - room / 2).tolist()
    figure = new_figure(max(5.0, room.sum()), 3.4)
    axes = figure.subplots()
    top = 0.5
    for (looks, seen), weight in np.ndenumerate(attention):
        if looks != seen and weight > 0.05:
            width = abs(places[seen] - places[looks])
            height = 0.9 * width**0.7
            top = max(top, 0.55 * height)
            arc = Arc(
                ((places[looks] + places[seen]) / 2, 0.0),
                width,
                height,
                theta1=0 if seen > looks else 180,
                theta2=180 if seen > looks else 360,
                linewidth=4 * weight,
                alpha=min(1.0, 0.2 + weight),
                color=HELD_OUT if seen > looks else BASELINE,
            )
            axes.add_patch(arc)
    style: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 9, "bbox": _PAPER}
    for place, word in zip(places, words, strict=True):
        axes.text(place, 0, word, **style, **_glyphs())
    axes.set(xlim=(0, room.sum()), ylim=(-top, top))
    axes.set_axis_off()
    return save_picture(figure, path)


def plot_cross_attention(
    weights: Float[np.ndarray, "written read"], read: list[str], written: list[str], path: Path
) -> Path:
    """Where the words of a text that was written come from: a row is one of them, a column a word
    of the text that was read; the darker, the more it was looked at."""
    figure = new_figure(max(3.2, 0.26 * len(read) + 1), max(2.6, 0.26 * len(written) + 1))
    axes = figure.subplots()
    axes.imshow(weights, cmap="Blues", vmin=0, vmax=max(float(weights.max()), 1e-9))
    text = {"fontsize": 8, **_glyphs()}
    axes.set_xticks(range(len(read)), map(_legible, read), rotation=90, **text)
    axes.set_yticks(range(len(written)), map(_legible, written), **text)
    axes.xaxis.tick_top()
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    figure.supylabel("is written", fontsize=9)
    figure.suptitle("is looked at", fontsize=9)
    return save_picture(figure, path)


_PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
"""Behind a word, so that no line runs through it."""


@cache
def _glyphs() -> dict[str, Any]:
    """The font to write tokens with: Matplotlib's own, and one with Chinese characters for what
    it lacks, where one of the usual ones is installed."""
    installed = {font.name for font in font_manager.fontManager.ttflist}
    usual = (
        "Noto Sans CJK SC",
        "Noto Sans CJK JP",
        "Source Han Sans SC",
        "WenQuanYi Zen Hei",
        "WenQuanYi Micro Hei",
        "PingFang SC",
        "Microsoft YaHei",
        "SimHei",
        "Arial Unicode MS",
    )
    return {"family": ["DejaVu Sans", *(name for name in usual if name in installed)]}


@cache
def _legible(text: str) -> str:
    """The text or, where no font at hand has a picture for it, its code points."""
    fonts = [font_manager.get_font(font_manager.findfont(name)) for name in _glyphs()["family"]]
    if all(any(font.get_char_index(ord(letter)) for font in fonts) for letter in text):
        return text
    return " ".join(f"{ord(letter):04x}" for letter in text)


def principal_components(
    vectors: Float[np.ndarray, "points hidden"],
) -> Float[np.ndarray, "points 2"]:
    """The two directions of largest variance: centered vectors times the first two right
    singular vectors."""
    centered = vectors - vectors.mean(axis=0)
    return centered @ np.linalg.svd(centered, full_matrices=False)[2][:2].T


def plot_embeddings(
    vectors: dict[str, Float[np.ndarray, "points hidden"]],
    groups: dict[str, list[str]],
    path: Path,
) -> Path:
    """Words in the plane of their two principal components, colored by group, a panel for each
    of the tables (such as before and after training), below each other, so that a phone can show
    them. Their rows are in the order of the groups' words."""
    groups = {name: words for name, words in groups.items() if words}
    figure = new_figure(6.4, 4.6 * len(vectors))
    panels = figure.subplots(len(vectors), 1, squeeze=False)[:, 0]
    for axes, (title, table) in zip(panels, vectors.items(), strict=True):
        points = iter(principal_components(table))
        for number, (name, words) in enumerate(groups.items()):
            color, marker = GROUPS[number % len(GROUPS)], MARKERS[number % len(MARKERS)]
            places = np.array([next(points) for _ in words]).reshape(-1, 2)
            axes.scatter(
                places[:, 0], places[:, 1], color=color, marker=marker, s=20, label=_legible(name)
            )
            for place, word in zip(places, words, strict=True):
                style = {"textcoords": "offset points", "fontsize": 8, "color": color}
                axes.annotate(_legible(word), place, (3, 2), **style, **_glyphs())
        axes.set(title=title, xticks=[], yticks=[])
        axes.margins(x=0.12)  # for the words at the right edge
    handles, names = panels[0].get_legend_handles_labels()
    columns = min(5, len(names))
    figure.legend(
        handles,
        names,
        loc="outside lower center",
        ncols=columns,
        frameon=False,
        prop=_glyphs() | {"size": 9},
    )
    return save_picture(figure, path)


def plot_differences(differences: Sequence[Any], tolerance: float, path: Path) -> Path:
    """How far two models lie apart, layer by layer, each with a `name` and a `relative`
    difference; those above the tolerance in another colour."""
    figure = new_figure(7.0, 1.2 + 0.22 * len(differences))
    axes = figure.subplots()
    sizes = np.array([max(entry.relative, 1e-17) for entry in differences])
    colors = [BASELINE if not size <= tolerance else HELD_OUT for size in sizes]
    axes.hlines(range(len(differences)), 1e-17, sizes, color="0.85", linewidth=1, zorder=1)
    axes.scatter(sizes, range(len(differences)), color=colors, s=18, zorder=2)
    axes.axvline(tolerance, color=BASELINE, linestyle="--", linewidth=1)
    axes.annotate(" tolerance", (tolerance, -0.9), color=BASELINE, fontsize=8)
    axes.set(xscale="log", xlim=(5e-18, max(2.0, 2 * sizes.max())), ylim=(len(differences), -1.5))
    axes.set_yticks(range(len(differences)), [entry.name for entry in differences], fontsize=8)
    axes.set(xlabel="largest difference, relative to the largest number")
    return save_picture(figure, path)
