"""Pictures of a text, from what the model computed while it read it (reading.py), and nothing else.

    rosette     the words in a circle, and between them what looks at what: a chord for each weight
                of the attention, its colour the layer, its breadth the weight
    stroke      the last hidden states as handwriting, a stroke for each line: a word is two
                movements of the brush, by where its state lies in the four directions in which the
                states differ most; the more it surprises, the broader the brush
    ink         the text itself, with a blot as large as the word surprises
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
    broken,
    canvas,
    save_picture,
    shade,
    width_of,
    write,
)
from zen_transformer.generation.art.reading import Reading, Words, word_by_word
from zen_transformer.tokenizers.wordpiece_training import PREFIX

WIDTH = 576.0
"""Of a sheet, in points."""
FAINTEST = 0.07
"""Attention weights below it are not drawn."""
BRISTLES, STEPS = 44, 12
"""Hairs of the brush, and points of a curve from one movement to the next."""
HIGH = 92.0
"""From one stroke to the next, in points."""
NIB = np.radians(52)
"""The angle at which the brush is held."""


def rosette(reading: Reading) -> Figure:
    """The attention of all layers, the mean of each layer's heads, as chords of a circle: broad at
    the word that looks, and thin at the one that is looked at."""
    words = word_by_word(reading)
    size = float(np.clip(1150 / len(words.words), 7, 17))
    (figure, axes), middle = canvas(WIDTH, WIDTH), WIDTH / 2
    radius = middle - 20 - max(width_of(word, size) for word in words.words)
    # A line's end is as wide as a word.
    turns = np.arange(1, len(words.words) + 1) + np.array(words.lines)
    angles = np.pi / 2 - 2 * np.pi * turns / (turns[-1] + 1)
    places = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    colours = LAYERS(np.linspace(0, 1, len(words.attentions)))
    for weight, layer, query, key in _strong(words.attentions):
        outline = middle + radius * _chord(places[query], places[key], 0.075 * weight**0.8)
        inked = min(0.9, 0.18 + 0.9 * weight)
        axes.add_patch(Polygon(outline, facecolor=colours[layer], alpha=inked, lw=0))
    for place, angle, word, dark in zip(
        places, angles.tolist(), words.words, shade(words.surprise).tolist(), strict=True
    ):
        axes.add_patch(Circle(middle + radius * place, 1.6 + 5 * dark**0.5, color=INK, lw=0))
        left = math.cos(angle) < -1e-9
        x, y = (middle + (radius + 12) * place).tolist()
        write(
            axes,
            x,
            y,
            word,
            size,
            rotation=math.degrees(angle) + (180 if left else 0),
            rotation_mode="anchor",
            ha="right" if left else "left",
        )
    write(axes, 25, 40, "layers", 11, color=GREY)
    for layer, colour in enumerate(colours):
        axes.add_patch(Circle((30 + 16 * layer, 26), 5, color=colour, lw=0))
    return figure


def _strong(
    attentions: Float[np.ndarray, "layers words words"],
) -> list[tuple[float, int, int, int]]:
    """The weights that are drawn, the faintest first, each with its layer, query and key."""
    found = [
        (float(attentions[layer, query, key]), layer, query, key)
        for layer, query, key in np.argwhere(attentions > FAINTEST).tolist()
        if query != key
    ]
    return sorted(found)


def _chord(
    query: Float[np.ndarray, " 2"], key: Float[np.ndarray, " 2"], breadth: float
) -> Float[np.ndarray, "points 2"]:
    """The outline of a blade from one place of the unit circle to another. Between neighbours it is
    a low arch, across the circle it goes through the middle."""
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
    """The last hidden states as handwriting: a stroke for each line of the text. A word is two
    movements of the brush, by where its state lies in the four directions in which the states
    differ most."""
    words = word_by_word(reading)
    ways = _directions(words.hidden_states[-1])
    lines = [np.flatnonzero(np.array(words.lines) == line) for line in range(words.lines[-1] + 1)]
    advance = (WIDTH - 150) / (2 * max(6, *map(len, lines)) - 1)
    figure, axes = canvas(WIDTH, HIGH * len(lines) + 36)
    pressures = shade(words.surprise)
    for row, numbers in enumerate(lines):
        moves = ways[numbers].reshape(-1, 2)
        onward = advance * np.arange(len(moves))
        base = HIGH * (len(lines) - row - 0.5) + 18
        path = np.stack([75 + onward, np.full(len(moves), base)], axis=1)
        path += np.array([1.9 * advance, 0.26 * HIGH]) * moves
        _brush(axes, path, np.repeat(pressures[numbers], 2), np.repeat(ways[numbers], 2, axis=0))
    return figure


def _directions(states: Float[np.ndarray, "words hidden"]) -> Float[np.ndarray, "words four"]:
    """Each state along the four directions in which they differ most, in standard deviations and
    held between -2 and 2."""
    left, _, _ = np.linalg.svd(states - states.mean(axis=0), full_matrices=False)
    left = left * np.where(left[0] < 0, -1, 1)  # else the sign is the machine's choice
    left = np.pad(left, ((0, 0), (0, max(0, 4 - left.shape[1]))))[:, :4]
    return np.clip(left * np.sqrt(len(states)), -2, 2)


def _brush(
    axes: Axes,
    path: Float[np.ndarray, "moves 2"],
    pressures: Float[np.ndarray, " moves"],
    hair: Float[np.ndarray, "moves four"],
) -> None:
    """One stroke. The hairs lie side by side along the nib, as far apart as the word surprises.
    The ink ends little by little, first in the hairs that the states turn away."""
    points, pressure = b_spline(path, STEPS), b_spline(pressures[:, None], STEPS)[:, 0]
    ends = np.minimum(np.arange(len(points)), np.arange(len(points))[::-1]) / STEPS
    breadth = (1.2 + 13 * np.clip(pressure, 0, 1)) * np.clip(0.15 + ends, 0, 1) ** 0.7
    nib, astray = np.array([np.cos(NIB), np.sin(NIB)]), b_spline(hair, STEPS)
    spent = np.linspace(0, 1, len(points))
    for bristle in np.linspace(-1, 1, BRISTLES):
        own = astray @ np.cos(np.pi * bristle * np.arange(1, 5))
        hairline = points + (breadth * bristle + 0.35 * own)[:, None] * nib
        inked = np.sin(29 * bristle) + 0.4 * own + 2.6 * (1 - spent) - 0.05 * breadth > 0.2
        edges = np.flatnonzero(np.diff(inked, prepend=False, append=False))
        runs = [hairline[a : b + 1] for a, b in edges.reshape(-1, 2).tolist() if b - a > 2]
        axes.add_collection(
            LineCollection(runs, colors=INK, linewidths=0.9, alpha=0.75, capstyle="round")
        )


def ink(reading: Reading) -> Figure:
    """The text, and under each word a blot of ink as large as it surprises."""
    words, margin = word_by_word(reading), 44.0
    size = _size(words, WIDTH - 2 * margin)
    rows = broken(words.words, words.lines, size, WIDTH - 2 * margin)
    begins = [words.lines[row[0][0]] for row in rows]  # what goes on with a line is nearer to it
    gaps = np.where(np.diff(begins, prepend=-1) > 0, 54.0, 1.6 * size)
    figure, axes = canvas(WIDTH, float(gaps.sum()) + 2 * margin - 20)
    shades, y = shade(words.surprise).tolist(), float(gaps.sum()) + margin + 17
    for row, gap in zip(rows, gaps.tolist(), strict=True):
        y -= gap
        for number, x in row:
            dark, word, state = shades[number], words.words[number], words.hidden_states[-1, number]
            middle = margin + x + width_of(word, size) / 2
            blot(axes, middle, y, 3 + 33 * dark**1.2, 0.35 + 0.65 * dark, state)
            write(axes, margin + x, y, word, size, alpha=0.7 + 0.3 * dark)
    return figure


def _size(words: Words, room: float) -> float:
    """Of the letters, so that the longest line fits, if that leaves them large enough."""
    lines = [""] * (words.lines[-1] + 1)
    for word, line in zip(words.words, words.lines, strict=True):
        lines[line] += " " + word
    return float(np.clip(9.7 * room / max(width_of(line, 10) for line in lines), 18, 28))


class Shot(NamedTuple):
    """A text after one sweep, piece by piece, as a frame of a film shows it."""

    pieces: list[str]
    surprise: Float[np.ndarray, " pieces"]
    """Of those drawn; not a number where nothing is drawn."""
    changed: Bool[np.ndarray, " pieces"]


def film(shots: Sequence[Shot]) -> Figure:
    """A text that is drawn anew again and again: below one another what each sweep made of it, a
    place of the text always in the same column. What a sweep changed is inked, the more, the more
    it surprised; what it drew as it was before is grey; what never changes has no ink below it."""
    rows = [[piece.replace(PREFIX, "-", 1) for piece in shot.pieces] for shot in shots]
    widths = [
        max(width_of(word, 10) / 10 + 0.75 for word in column) for column in zip(*rows, strict=True)
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
                dark, middle = surprise / most, x + width_of(word, size) / 2
                shape = np.cos((1 + dark) * np.arange(1, 13) ** 2)
                blot(axes, middle, y, size * (0.25 + 0.85 * dark), 0.4 + 0.6 * dark, shape)
            as_before = not new and math.isfinite(surprise)
            write(axes, x, y, word, size, color=GREY if as_before else INK)
    return figure


def _edges(axes: Axes, width: float, y: float, tall: float, number: int) -> None:
    """What makes a strip of paper a film: perforated edges, with the number of the frame."""
    for x in (0.0, width - 26):
        axes.add_patch(Rectangle((x, y - tall / 2 - 1), 26, tall + 2, color=INK, lw=0))
        for hole in (-0.25, 0.25):
            corner = x + 7, y + hole * tall - 4
            style = "round,pad=0,rounding_size=2"
            axes.add_patch(FancyBboxPatch(corner, 12, 8, style, color=PAPER, lw=0, zorder=2))
    axes.plot([26, width - 26], [y - tall / 2] * 2, color=INK, lw=0.6, alpha=0.35)
    write(axes, 50, y, str(number), 8, color=GREY, ha="right")


PICTURES: dict[str, Callable[[Reading], Figure]] = {
    "rosette": rosette,
    "stroke": stroke,
    "ink": ink,
}


def save_pictures(reading: Reading, folder: Path, names: tuple[str, ...]) -> list[Path]:
    """Draw, and write each as SVG and PNG."""
    return [path for name in names for path in save_picture(PICTURES[name](reading), folder, name)]
