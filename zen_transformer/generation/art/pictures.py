"""Pictures of a text, drawn only from what a model computed while it read the text (reading.py).

    rosette     the words in a circle, and between them a chord for each attention weight; its
                colour is the layer, its breadth the weight
    stroke      the last hidden states as handwriting, a stroke for each line: a word is two
                movements of the brush, given by its state along the four directions in which the
                states differ most; the higher its surprise, the broader the brush
    ink         the text itself, each word with a blot as large as its surprise
    film        a text that BERT draws anew (gibbs.py): a frame for each sweep

The same text and the same model give the same picture, to the byte.
"""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch, Polygon, Rectangle

from zen_transformer.generation.art.canvas import (
    GREY,
    INK,
    LAYERS,
    PAPER,
    b_spline,
    blot,
    break_lines,
    canvas,
    draw_text,
    relative_surprise,
    save_picture,
    text_width,
)
from zen_transformer.generation.art.reading import Reading, Words, word_by_word
from zen_transformer.tokenizers.wordpiece_training import PREFIX

WIDTH = 576.0
"""Of a canvas, in points."""
FAINTEST = 0.07
"""Attention weights up to this are not drawn."""
BRISTLES, STEPS = 44, 12
"""Number of hairs of the brush, and of points of a curve from one movement to the next."""
LINE_HEIGHT = 92.0
"""Distance from one stroke to the next, in points."""
NIB = np.radians(52)
"""The angle at which the brush is held."""


def rosette(reading: Reading) -> Figure:
    """Draw the attention of all layers, the mean of each layer's heads, as chords of a circle:
    broad at the query, thin at the key."""
    words = word_by_word(reading)
    size = float(np.clip(1150 / len(words.words), 7, 17))
    (figure, axes), middle = canvas(WIDTH, WIDTH), WIDTH / 2
    radius = middle - 20 - max(text_width(word, size) for word in words.words)
    # The end of a line takes the room of a word.
    turns = np.arange(1, len(words.words) + 1) + np.array(words.lines)
    angles = np.pi / 2 - 2 * np.pi * turns / (turns[-1] + 1)
    places = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    colours = LAYERS(np.linspace(0, 1, len(words.attentions)))
    for weight, layer, query, key in _strong(words.attentions):
        outline = middle + radius * _chord(places[query], places[key], 0.075 * weight**0.8)
        inked = min(0.9, 0.18 + 0.9 * weight)
        axes.add_patch(Polygon(outline, facecolor=colours[layer], alpha=inked, lw=0))
    for place, angle, word, dark in zip(
        places,
        angles.tolist(),
        words.words,
        relative_surprise(words.surprise).tolist(),
        strict=True,
    ):
        axes.add_patch(Circle(middle + radius * place, 1.6 + 5 * dark**0.5, color=INK, lw=0))
        left = math.cos(angle) < -1e-9
        x, y = (middle + (radius + 12) * place).tolist()
        draw_text(
            axes,
            x,
            y,
            word,
            size,
            rotation=math.degrees(angle) + (180 if left else 0),
            rotation_mode="anchor",
            ha="right" if left else "left",
        )
    draw_text(axes, 25, 40, "layers", 11, color=GREY)
    for layer, colour in enumerate(colours):
        axes.add_patch(Circle((30 + 16 * layer, 26), 5, color=colour, lw=0))
    return figure


def _strong(
    attentions: Float[np.ndarray, "layers words words"],
) -> list[tuple[float, int, int, int]]:
    """The weights that are drawn, the smallest first, each with its layer, query and key."""
    weights = [
        (float(attentions[layer, query, key]), layer, query, key)
        for layer, query, key in np.argwhere(attentions > FAINTEST).tolist()
        if query != key
    ]
    return sorted(weights)


def _chord(
    query: Float[np.ndarray, " 2"], key: Float[np.ndarray, " 2"], breadth: float
) -> Float[np.ndarray, "points 2"]:
    """The outline of a chord between two points of the unit circle. Between neighbours it is a low
    arch, between opposite points it passes through the middle."""
    apart = float(np.linalg.norm(query - key)) / 2  # sine of half the angle between
    along = query + key
    along = along / max(float(np.linalg.norm(along)), 1e-9)
    bend = along * math.sqrt(max(1 - apart**2, 0.0)) * (1 - apart**0.6)
    t = np.linspace(0, 1, 40)[:, None]
    line = (1 - t) ** 2 * query + 2 * t * (1 - t) * bend + t**2 * key
    onward = np.gradient(line, axis=0)
    across = np.stack([-onward[:, 1], onward[:, 0]], axis=1)
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
    half = across * breadth / 2 * (1 - 0.92 * t) * np.minimum(1, 0.25 + 6 * t)
    return np.concatenate([line + half, (line - half)[::-1]])


def stroke(reading: Reading) -> Figure:
    """Draw the last hidden states as handwriting, a stroke for each line of the text. A word is two
    movements of the brush, given by its state along the four directions in which the states differ
    most."""
    words = word_by_word(reading)
    components = _principal_components(words.hidden_states[-1])
    lines = [np.flatnonzero(np.array(words.lines) == line) for line in range(words.lines[-1] + 1)]
    advance = (WIDTH - 150) / (2 * max(6, *map(len, lines)) - 1)
    figure, axes = canvas(WIDTH, LINE_HEIGHT * len(lines) + 36)
    pressures = relative_surprise(words.surprise)
    for row, numbers in enumerate(lines):
        moves = components[numbers].reshape(-1, 2)
        onward = advance * np.arange(len(moves))
        base = LINE_HEIGHT * (len(lines) - row - 0.5) + 18
        path = np.stack([75 + onward, np.full(len(moves), base)], axis=1)
        path += np.array([1.9 * advance, 0.26 * LINE_HEIGHT]) * moves
        _brush(
            axes, path, np.repeat(pressures[numbers], 2), np.repeat(components[numbers], 2, axis=0)
        )
    return figure


def _principal_components(
    states: Float[np.ndarray, "words hidden"],
) -> Float[np.ndarray, "words four"]:
    """The first four principal components of each state, in standard deviations, clipped to ±2."""
    left, _, _ = np.linalg.svd(states - states.mean(axis=0), full_matrices=False)
    left = left * np.where(left[0] < 0, -1, 1)  # the sign of a component is arbitrary
    left = np.pad(left, ((0, 0), (0, max(0, 4 - left.shape[1]))))[:, :4]
    return np.clip(left * np.sqrt(len(states)), -2, 2)


def _brush(
    axes: Axes,
    path: Float[np.ndarray, "moves 2"],
    pressures: Float[np.ndarray, " moves"],
    hair: Float[np.ndarray, "moves four"],
) -> None:
    """Draw one stroke along a path.

    The hairs lie side by side along the nib, as far apart as the pressure, which is the surprise.
    The ink runs out little by little, first in the hairs that `hair`, the states, deflects.
    """
    points, pressure = b_spline(path, STEPS), b_spline(pressures[:, None], STEPS)[:, 0]
    ends = np.minimum(np.arange(len(points)), np.arange(len(points))[::-1]) / STEPS
    breadth = (1.2 + 13 * np.clip(pressure, 0, 1)) * np.clip(0.15 + ends, 0, 1) ** 0.7
    nib, waves = np.array([np.cos(NIB), np.sin(NIB)]), b_spline(hair, STEPS)
    spent = np.linspace(0, 1, len(points))
    for bristle in np.linspace(-1, 1, BRISTLES):
        deflection = waves @ np.cos(np.pi * bristle * np.arange(1, 5))
        hairline = points + (breadth * bristle + 0.35 * deflection)[:, None] * nib
        inked = np.sin(29 * bristle) + 0.4 * deflection + 2.6 * (1 - spent) - 0.05 * breadth > 0.2
        edges = np.flatnonzero(np.diff(inked, prepend=False, append=False))
        runs = [hairline[a : b + 1] for a, b in edges.reshape(-1, 2).tolist() if b - a > 2]
        axes.add_collection(
            LineCollection(runs, colors=INK, linewidths=0.9, alpha=0.75, capstyle="round")
        )


def ink(reading: Reading) -> Figure:
    """Draw the text, and under each word a blot of ink as large as its surprise."""
    words, margin = word_by_word(reading), 44.0
    size = _size(words, WIDTH - 2 * margin)
    rows = break_lines(words.words, words.lines, size, WIDTH - 2 * margin)
    begins = [words.lines[row[0][0]] for row in rows]  # the rest of a broken line is nearer to it
    gaps = np.where(np.diff(begins, prepend=-1) > 0, 54.0, 1.6 * size)
    figure, axes = canvas(WIDTH, float(gaps.sum()) + 2 * margin - 20)
    shades, y = relative_surprise(words.surprise).tolist(), float(gaps.sum()) + margin + 17
    for row, gap in zip(rows, gaps.tolist(), strict=True):
        y -= gap
        for number, x in row:
            dark, word, state = shades[number], words.words[number], words.hidden_states[-1, number]
            middle = margin + x + text_width(word, size) / 2
            blot(axes, middle, y, 3 + 33 * dark**1.2, 0.35 + 0.65 * dark, state)
            draw_text(axes, margin + x, y, word, size, alpha=0.7 + 0.3 * dark)
    return figure


def _size(words: Words, room: float) -> float:
    """The size of the font at which the longest line fits, within limits."""
    lines = [""] * (words.lines[-1] + 1)
    for word, line in zip(words.words, words.lines, strict=True):
        lines[line] += " " + word
    return float(np.clip(9.7 * room / max(text_width(line, 10) for line in lines), 18, 28))


class Shot(NamedTuple):
    """A text after one sweep, as a frame of a film shows it."""

    pieces: list[str]
    surprise: Float[np.ndarray, " pieces"]
    """−log p of each piece when it was drawn; NaN where none is drawn."""
    changed: Bool[np.ndarray, " pieces"]


def film(shots: Sequence[Shot]) -> Figure:
    """Draw a text after each sweep, one below the other, each position in a column of its own.

    A piece that a sweep changed has a blot of ink, the larger, the higher its surprise; a piece
    that was drawn again as it was before is grey; a piece that is never drawn is plain.
    """
    rows = [[piece.replace(PREFIX, "-", 1) for piece in shot.pieces] for shot in shots]
    widths = [
        max(text_width(word, 10) / 10 + 0.75 for word in column)
        for column in zip(*rows, strict=True)
    ]
    margin = 62.0
    size = float(np.clip((WIDTH - 2 * margin) / sum(widths), 10, 24))
    columns = margin + size * np.cumsum([0.0, *widths])
    wide, tall = float(columns[-1]) + margin - 0.75 * size, max(2.1 * size, 30.0)
    figure, axes = canvas(wide, tall * len(rows))
    most = max(float(np.nanmax(shot.surprise[shot.changed], initial=1e-9)) for shot in shots)
    for row, (words, shot) in enumerate(zip(rows, shots, strict=True)):
        y = tall * (len(rows) - row - 0.5)
        _edges(axes, wide, y, tall, row + 1)
        for x, word, surprise, new in zip(
            columns.tolist(), words, shot.surprise.tolist(), shot.changed.tolist(), strict=False
        ):
            if new:
                dark, middle = surprise / most, x + text_width(word, size) / 2
                shape = np.cos((1 + dark) * np.arange(1, 13) ** 2)
                blot(axes, middle, y, size * (0.25 + 0.85 * dark), 0.4 + 0.6 * dark, shape)
            as_before = not new and math.isfinite(surprise)
            draw_text(axes, x, y, word, size, color=GREY if as_before else INK)
    return figure


def _edges(axes: Axes, width: float, y: float, tall: float, number: int) -> None:
    """Draw the perforated edges of a frame, and its number."""
    for x in (0.0, width - 26):
        axes.add_patch(Rectangle((x, y - tall / 2 - 1), 26, tall + 2, color=INK, lw=0))
        for hole in (-0.25, 0.25):
            corner = x + 7, y + hole * tall - 4
            style = "round,pad=0,rounding_size=2"
            axes.add_patch(FancyBboxPatch(corner, 12, 8, style, color=PAPER, lw=0, zorder=2))
    axes.plot([26, width - 26], [y - tall / 2] * 2, color=INK, lw=0.6, alpha=0.35)
    draw_text(axes, 50, y, str(number), 8, color=GREY, ha="right")


PICTURES: dict[str, Callable[[Reading], Figure]] = {
    "rosette": rosette,
    "stroke": stroke,
    "ink": ink,
}


def save_pictures(reading: Reading, folder: Path, names: tuple[str, ...]) -> list[Path]:
    """Draw pictures, and write each as SVG and PNG; return the paths."""
    return [path for name in names for path in save_picture(PICTURES[name](reading), folder, name)]
