"""Pictures of a text, from what the model computed while it read it (reading.py), and nothing else.

    rosette     the tokens in a circle, and between them what looks at what: a chord for each
                weight of the attention, its colour the layer, its ink the weight
    stroke      the last hidden states as handwriting, a stroke for each line: a token moves the
                brush on, and aside by its place in the plane in which the states differ most; the
                more it surprises, the wider the brush
    ink         the text itself, the darker and the larger its drops, the more a token surprises

The same text and the same model give the same picture, to the byte.
"""

from collections.abc import Callable
from pathlib import Path

import matplotlib
import numpy as np
from jaxtyping import Float
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Circle, PathPatch
from matplotlib.path import Path as Curve

from zen_transformer.files import make_folder, written_aside
from zen_transformer.generation.reading import Reading

PAPER, INK = "#faf6ee", "#1d2430"
LAYERS = ("#b5482a", "#d39a2d", "#3d7a6a", "#2c5f8a", "#6b3f73", "#8a8f98")
FAINTEST = 0.04
"""Attention weights below it are not drawn."""
BRISTLES = 24
STEPS = 24
"""Points of a curve from one token to the next."""
ADVANCE = 0.75
"""How far a token moves the brush on."""
STROKE_TOKENS = 24
"""Tokens in a stroke."""
LINE_WIDTH = 44
"""Characters in a line of the ink picture."""


def _canvas(width: float, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), facecolor=PAPER)
    axes = figure.add_axes((0.02, 0.02, 0.96, 0.96))
    axes.set_aspect("equal")
    axes.axis("off")
    return figure, axes


def _fonts() -> list[str]:
    """One for Latin letters and, where there is one, one for Chinese."""
    known = {font.name for font in font_manager.fontManager.ttflist}
    chinese = ("Noto Serif CJK SC", "Noto Sans CJK SC", "WenQuanYi Micro Hei", "SimSun")
    return ["DejaVu Serif", *(name for name in chinese if name in known)]


def _shade(surprise: Float[np.ndarray, " length"]) -> Float[np.ndarray, " length"]:
    """Surprise as a share of the largest."""
    return surprise / max(float(surprise.max()), 1e-9)


def rosette(reading: Reading) -> Figure:
    """The attention of all layers, the mean of each layer's heads, as chords of a circle."""
    figure, axes = _canvas(8, 8)
    count, layers = len(reading.tokens), len(reading.attentions)
    angles = np.pi / 2 - 2 * np.pi * np.arange(count) / count
    places = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    for layer, weights in enumerate(reading.attentions.mean(axis=1)):
        radius = 1.0 - 0.06 * layer / max(layers - 1, 1)
        for query, key in zip(*np.nonzero(weights > FAINTEST), strict=True):
            if query == key:
                continue
            begin, end = radius * places[query], radius * places[key]
            curve = Curve([begin, 0.18 * (begin + end), end], [Curve.MOVETO, *[Curve.CURVE3] * 2])
            weight = float(weights[query, key])
            axes.add_patch(
                PathPatch(
                    curve,
                    facecolor="none",
                    edgecolor=LAYERS[layer % len(LAYERS)],
                    linewidth=0.3 + 2.2 * weight,
                    alpha=min(1.0, 0.15 + 0.75 * weight),
                )
            )
    for place, angle, token, shade in zip(
        places, angles, reading.tokens, _shade(reading.surprise), strict=True
    ):
        axes.add_patch(Circle(place, 0.006 + 0.016 * shade, color=INK))
        turned = np.degrees(angle)
        left = np.cos(angle) < -1e-9
        axes.text(
            1.05 * place[0],
            1.05 * place[1],
            token.strip() or "·",
            rotation=turned + 180 if left else turned,
            rotation_mode="anchor",
            ha="right" if left else "left",
            va="center",
            fontsize=min(10, 560 / count + 3),
            color=INK,
            family=_fonts(),
        )
    axes.set(xlim=(-1.45, 1.45), ylim=(-1.45, 1.45))
    return figure


def stroke(reading: Reading) -> Figure:
    """The last hidden states as handwriting: a stroke for each line of the text. A token moves the
    brush on, and aside by where its state lies in the plane in which the states differ most."""
    states = reading.hidden_states[-1] - reading.hidden_states[-1].mean(axis=0)
    left, sizes, _ = np.linalg.svd(states, full_matrices=False)
    ways = left * sizes
    ways = ways * np.where(ways[0] < 0, -1.0, 1.0)  # else the sign is the machine's choice
    ways = np.pad(ways, ((0, 0), (0, max(0, 3 - ways.shape[1]))))
    ways = ways / max(float(np.abs(ways).max()), 1e-9)
    shades, lines = _shade(reading.surprise), _lines_of_text(reading)
    longest = max(map(len, lines))
    figure, axes = _canvas(9, max(2.2, 9 * 1.9 * len(lines) / (longest * ADVANCE + 2)))
    for row, tokens in enumerate(lines):
        onward = np.stack([ADVANCE * np.arange(len(tokens)), np.full(len(tokens), -1.9 * row)], 1)
        _brush(axes, _smooth(onward + 1.2 * ways[tokens, :2]), shades[tokens], ways[tokens, 2:])
    axes.set(xlim=(-1, longest * ADVANCE + 1), ylim=(-1.9 * len(lines) + 0.7, 1.2))
    return figure


def _brush(
    axes: Axes,
    path: Float[np.ndarray, "fine 2"],
    shades: Float[np.ndarray, " tokens"],
    others: Float[np.ndarray, "tokens ways"],
) -> None:
    """One stroke. Its hairs lie side by side, as wide as the token surprises, and stray by the
    other directions of the states."""
    width = np.clip(_smooth(shades[:, None])[:, 0], 0, 1)
    along = np.gradient(path, axis=0) if len(path) > 1 else np.ones_like(path)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
    astray = _smooth(others)
    for bristle in np.linspace(-1, 1, BRISTLES):
        hair = astray[:, round((bristle + 1) * 7) % astray.shape[1]]
        offset = (0.02 + 0.24 * width) * bristle + 0.05 * hair
        points = path + offset[:, None] * across
        dryness = np.clip(0.35 + 0.6 * width[:-1] - 0.5 * bristle**2, 0.08, 0.8)
        axes.add_collection(
            LineCollection(
                list(np.stack([points[:-1], points[1:]], axis=1)),
                colors=INK,
                linewidths=0.2 + 0.8 * dryness,
                alpha=dryness.tolist(),
            )
        )


def _lines_of_text(reading: Reading) -> list[list[int]]:
    """The numbers of the tokens of every line that has some; long lines are broken."""
    lines: list[list[int]] = [[]]
    for number, token in enumerate(reading.tokens):
        if token.strip():
            lines[-1].append(number)
        if "\n" in token or len(lines[-1]) == STROKE_TOKENS:
            lines.append([])
    return [line * 2 if len(line) == 1 else line for line in lines if line]  # a token is a dash


def _smooth(points: Float[np.ndarray, "length dims"]) -> Float[np.ndarray, "fine dims"]:
    """A curve through all points (Catmull and Rom 1974)."""
    padded = np.concatenate([points[:1], points, points[-1:]])
    t = np.linspace(0, 1, STEPS, endpoint=False)[:, None]
    pieces = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        pieces.append(
            b
            + 0.5 * t * (c - a)
            + t**2 * (a - 2.5 * b + 2 * c - 0.5 * d)
            + t**3 * (-0.5 * a + 1.5 * b - 1.5 * c + 0.5 * d)
        )
    return np.concatenate([*pieces, points[-1:]])


def ink(reading: Reading) -> Figure:
    """The text, written with as much ink as each of its tokens surprises."""
    lines, units = _lines(reading), LINE_WIDTH + 6
    inches = 9 * 0.96 / units  # of a character, whose width is 0.6 of the font's size
    figure, axes = _canvas(9, inches * (3 * len(lines) + 3))
    for row, line in enumerate(lines):
        column = 0.0
        for token, shade in line:
            middle = column + len(token) / 2
            if token.strip():
                drop = Circle((middle, -3 * row), 0.2 + 1.7 * shade**2, color="#2c5f8a", lw=0)
                drop.set_alpha(0.10 + 0.22 * shade)
                axes.add_patch(drop)
            axes.text(
                column,
                -3 * row,
                token,
                fontsize=72 * inches / 0.602,
                color=INK,
                alpha=0.25 + 0.75 * shade,
                va="center_baseline",
                family=["DejaVu Sans Mono", *_fonts()[1:]],
            )
            column += len(token)
    axes.set(xlim=(-3, LINE_WIDTH + 3), ylim=(-3 * len(lines) + 0.5, 2.5))
    return figure


def _lines(reading: Reading) -> list[list[tuple[str, float]]]:
    """Tokens and their shades, line by line: the text's own lines, the long ones broken."""
    lines: list[list[tuple[str, float]]] = [[]]
    for token, shade in zip(reading.tokens, _shade(reading.surprise).tolist(), strict=True):
        for number, part in enumerate(token.split("\n")):
            used = sum(len(other) for other, _ in lines[-1])
            if number or (used + len(part) > LINE_WIDTH and part.startswith(" ")):
                lines.append([])
            if part:
                lines[-1].append((part.lstrip() if not lines[-1] else part, shade))
    return [line for line in lines if line]


PICTURES: dict[str, Callable[[Reading], Figure]] = {
    "rosette": rosette,
    "stroke": stroke,
    "ink": ink,
}


def save_pictures(reading: Reading, folder: Path, names: tuple[str, ...]) -> list[Path]:
    """Draw, and write each as SVG and PNG."""
    make_folder(folder)
    paths = []
    for name in names:
        figure = PICTURES[name](reading)
        for kind in ("svg", "png"):
            path = folder / f"{name}.{kind}"
            # Ids from the name and no date, so that the same picture has the same bytes.
            with (
                matplotlib.rc_context({"svg.hashsalt": name, "svg.fonttype": "path"}),
                written_aside(path) as aside,
            ):
                metadata = {"Date": None} if kind == "svg" else {"Software": None}
                figure.savefig(aside, format=kind, dpi=150, metadata=metadata)
            paths.append(path)
    return paths
