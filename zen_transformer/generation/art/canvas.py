"""What the pictures of art.py are made with: paper, letters, blots of ink, and files.

A unit of the canvas is a point, 1/72 inch, as in the size of a font; the origin is at the left
below. A canvas is as large as what is drawn on it.
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

from zen_transformer.files import make_folder, written_aside

PAPER, INK, GREY, BLUE = "#faf6ee", "#1d2430", "#6a6f78", "#2c5f8a"
LAYERS = LinearSegmentedColormap.from_list("layers", ("#e3a92c", "#d05a2e", "#87386a", "#27437a"))
"""From the first layer to the last: darker and darker, so that no eye needs the hue."""
INCH = 72
DOTS = 120
"""Of an inch, in a PNG."""


def canvas(width: float, height: float) -> tuple[Figure, Axes]:
    """A sheet of so many points."""
    figure = Figure(figsize=(width / INCH, height / INCH), facecolor=PAPER)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(0, height))
    axes.axis("off")
    return figure, axes


@cache
def fonts() -> tuple[str, ...]:
    """One for Latin letters, which matplotlib brings along, one for rarer characters and, where
    there is one, one for Chinese."""
    known = {font.name for font in font_manager.fontManager.ttflist}
    chinese = ("Noto Serif CJK SC", "Noto Sans CJK SC", "WenQuanYi Micro Hei", "SimSun")
    return ("STIXGeneral", "DejaVu Serif", *(name for name in chinese if name in known))


def write(axes: Axes, x: float, y: float, text: str, size: float, **options: Any) -> None:
    """Letters as they are, above all else; a dollar begins no formula."""
    usual: dict[str, Any] = {"color": INK, "va": "center_baseline", "zorder": 3}
    family = list(fonts())
    axes.text(x, y, text, fontsize=size, family=family, parse_math=False, **usual | options)


def width_of(text: str, size: float) -> float:
    """Of a text, in points."""
    font = font_manager.FontProperties(family=list(fonts()), size=size)
    return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0])


def shade(surprise: Float[np.ndarray, " words"]) -> Float[np.ndarray, " words"]:
    """Surprise as a share of the largest."""
    return surprise / max(float(surprise.max()), 1e-9)


def blot(
    axes: Axes, x: float, y: float, radius: float, strength: float, shape: Float[np.ndarray, " any"]
) -> None:
    """A drop of ink that has spread: five layers of it, each with a rim that strays from the circle
    by the numbers of `shape`."""
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
    """A smooth curve from the first point to the last, drawn towards those between: a uniform cubic
    B-spline (Schoenberg 1946), so many steps to each.

        (1 − t)³ a/6 + (3t³ − 6t² + 4) b/6 + (−3t³ + 3t² + 3t + 1) c/6 + t³ d/6
    """
    first, last = points[:1], points[-1:]
    held = np.concatenate([2 * first - points[1:2], points, 2 * last - points[-2:-1]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    pieces = [
        ((1 - t) ** 3 * a + (3 * t**3 - 6 * t**2 + 4) * b) / 6
        + ((-3 * t**3 + 3 * t**2 + 3 * t + 1) * c + t**3 * d) / 6
        for a, b, c, d in zip(held, held[1:], held[2:], held[3:], strict=False)
    ]
    return np.concatenate([*pieces, last])


def broken(
    words: Sequence[str], lines: Sequence[int], size: float, room: float
) -> list[list[tuple[int, float]]]:
    """The numbers of the words and where each begins, line by line; what does not fit goes on in
    another line."""
    rows: list[list[tuple[int, float]]] = []
    end, line, space = 0.0, -1, 0.3 * size
    for number, word in enumerate(words):
        width = width_of(word, size)
        if lines[number] != line or (rows[-1] and end + space + width > room):
            rows.append([(number, 0.0)])
            end, line = width, lines[number]
        else:
            rows[-1].append((number, end + space))
            end += space + width
    return rows


def save_picture(figure: Figure, folder: Path, name: str) -> list[Path]:
    """Write it as SVG and PNG; the same picture has the same bytes. A PNG has 256 colours, which
    nobody sees, and a third of the size."""
    make_folder(folder)
    svg, png = (folder / f"{name}.{kind}" for kind in ("svg", "png"))
    # Ids from the name and no date.
    with (
        matplotlib.rc_context({"svg.hashsalt": name, "svg.fonttype": "path"}),
        written_aside(svg) as aside,
    ):
        figure.savefig(aside, format="svg", metadata={"Date": None})
    with written_aside(png) as aside:
        figure.savefig(aside, format="png", dpi=DOTS, metadata={"Software": None})
        with Image.open(aside) as drawn:
            few = drawn.convert("RGB").quantize(256, dither=Image.Dither.NONE)
        few.save(aside, format="png", optimize=True)
    return [svg, png]
