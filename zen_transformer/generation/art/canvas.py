"""Drawing on a canvas: text, blots of ink, smooth curves, and picture files.

The unit of the canvas is a point, 1/72 inch, as in the size of a font; the origin is the lower left
corner.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from jaxtyping import Float
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Polygon
from matplotlib.textpath import text_to_path
from PIL import Image

from zen_transformer.files import atomic_write, make_folder

PAPER, INK, GREY, BLUE = "#faf6ee", "#1d2430", "#6a6f78", "#2c5f8a"
LAYERS = LinearSegmentedColormap.from_list("layers", ("#e3a92c", "#d05a2e", "#87386a", "#27437a"))
"""Colours from the first layer to the last: darker and darker, so that the hue is not needed."""
INCH = 72
DOTS = 120
"""Resolution of a PNG, in dots per inch."""


def canvas(width: float, height: float) -> tuple[Figure, Axes]:
    """Create an empty canvas; its size is in points."""
    figure = Figure(figsize=(width / INCH, height / INCH), facecolor=PAPER)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(0, height))
    axes.axis("off")
    return figure, axes


@cache
def fonts() -> tuple[str, ...]:
    """Names of fonts: one for Latin letters, one for rarer characters, both shipped with
    matplotlib, and those for Chinese that are installed."""
    known = {font.name for font in font_manager.fontManager.ttflist}
    chinese = ("Noto Serif CJK SC", "Noto Sans CJK SC", "WenQuanYi Micro Hei", "SimSun")
    return ("STIXGeneral", "DejaVu Serif", *(name for name in chinese if name in known))


def draw_text(axes: Axes, x: float, y: float, text: str, size: float, **options: Any) -> None:
    """Draw text at a position, above everything else; a dollar sign does not begin a formula."""
    defaults: dict[str, Any] = {"color": INK, "va": "center_baseline", "zorder": 3}
    family = list(fonts())
    axes.text(x, y, text, fontsize=size, family=family, parse_math=False, **defaults | options)


def text_width(text: str, size: float) -> float:
    """The width of a text, in points."""
    font = font_manager.FontProperties(family=list(fonts()), size=size)
    return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0])


def relative_surprise(surprise: Float[np.ndarray, " words"]) -> Float[np.ndarray, " words"]:
    """Surprise divided by its maximum, from 0 to 1."""
    return surprise / max(float(surprise.max()), 1e-9)


def blot(
    axes: Axes, x: float, y: float, radius: float, strength: float, shape: Float[np.ndarray, " any"]
) -> None:
    """Draw a blot of ink: five layers, each a circle whose rim is deformed by waves.

    Args:
        axes: the canvas.
        x, y: the middle.
        radius: of the circle, in points.
        strength: opacity, from 0 to 1.
        shape: numbers that give the amplitudes of the waves.
    """
    waves = np.resize(shape, 12).reshape(2, 6)
    waves = 0.12 * waves / max(float(np.abs(waves).max()), 1e-9) / np.arange(1, 7) ** 0.7
    angles = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    for layer in range(5):
        turned = np.arange(1, 7)[:, None] * (angles + 0.55 * layer)
        rim = 1 + waves[0] @ np.cos(turned) + waves[1] @ np.sin(turned)
        points = (1.0 - 0.13 * layer) * radius * rim * np.array([np.cos(angles), np.sin(angles)])
        points = points.T + np.array([x, y])
        axes.add_patch(Polygon(points, closed=True, facecolor=BLUE, alpha=0.14 * strength, lw=0))


def b_spline(
    points: Float[np.ndarray, "length dims"], steps: int
) -> Float[np.ndarray, "fine dims"]:
    """A smooth curve from the first point to the last, attracted by those between: a uniform cubic
    B-spline (Schoenberg 1946) with `steps` points for each interval.

        (1 − t)³ a/6 + (3t³ − 6t² + 4) b/6 + (−3t³ + 3t² + 3t + 1) c/6 + t³ d/6
    """
    first, last = points[:1], points[-1:]
    extended = np.concatenate([2 * first - points[1:2], points, 2 * last - points[-2:-1]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    pieces = [
        ((1 - t) ** 3 * a + (3 * t**3 - 6 * t**2 + 4) * b) / 6
        + ((-3 * t**3 + 3 * t**2 + 3 * t + 1) * c + t**3 * d) / 6
        for a, b, c, d in zip(extended, extended[1:], extended[2:], extended[3:], strict=False)
    ]
    return np.concatenate([*pieces, last])


def break_lines(
    words: Sequence[str], lines: Sequence[int], size: float, room: float
) -> list[list[tuple[int, float]]]:
    """Break lines that are too long.

    Args:
        words: of a text.
        lines: the number of the line of each word.
        size: of the font, in points.
        room: maximum width of a line, in points.

    Returns:
        For each line on the canvas the numbers of its words, each with its x position.
    """
    rows: list[list[tuple[int, float]]] = []
    end, line, space = 0.0, -1, 0.3 * size
    for number, word in enumerate(words):
        width = text_width(word, size)
        if lines[number] != line or (rows[-1] and end + space + width > room):
            rows.append([(number, 0.0)])
            end, line = width, lines[number]
        else:
            rows[-1].append((number, end + space))
            end += space + width
    return rows


def save_picture(figure: Figure, folder: Path, name: str) -> list[Path]:
    """Write a figure as SVG and PNG, and return their paths; the same figure gives the same bytes.

    The PNG is reduced to 256 colours, which is not visible and makes it a third of the size.
    """
    make_folder(folder)
    svg, png = (folder / f"{name}.{kind}" for kind in ("svg", "png"))
    # Ids are derived from the name, and there is no date.
    with (
        matplotlib.rc_context({"svg.hashsalt": name, "svg.fonttype": "path"}),
        atomic_write(svg) as temporary,
    ):
        figure.savefig(temporary, format="svg", metadata={"Date": None})
    with atomic_write(png) as temporary:
        figure.savefig(temporary, format="png", dpi=DOTS, metadata={"Software": None})
        with Image.open(temporary) as drawn:
            few = drawn.convert("RGB").quantize(256, dither=Image.Dither.NONE)
        few.save(temporary, format="png", optimize=True)
    return [svg, png]
