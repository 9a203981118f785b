"""The symptom of a mistake: measurements with and without it, and pictures.

`sides` are always two: the right code's, then the wrong code's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Self

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True)
class Measurement:
    """A number measured with and without a mistake, and the format to write it in."""

    label: str
    sides: Sequence[float]
    format_spec: str = ".2f"

    @property
    def right(self) -> float:
        """The number of the right code."""
        return float(self.sides[0])

    @property
    def wrong(self) -> float:
        """The number of the wrong code."""
        return float(self.sides[1])

    def texts(self) -> tuple[str, str]:
        """Write both numbers for a reader."""
        return formatted(self.right, self.format_spec), formatted(self.wrong, self.format_spec)

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON; a number that is not finite becomes a string."""
        sides = [side if isfinite(side) else str(side) for side in (self.right, self.wrong)]
        return {"label": self.label, "sides": sides, "format": self.format_spec}

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> Self:
        """Read what `to_json` gave."""
        return cls(entry["label"], [float(side) for side in entry["sides"]], entry["format"])


def formatted(value: float, format_spec: str) -> str:
    """Write a number; powers of ten as in 3e-5."""
    if not isfinite(value):
        return {"nan": "NaN", "inf": "∞", "-inf": "−∞"}[str(value)]
    text = format(value, format_spec).replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")
    return text.replace("-", "+", 1) if format_spec[0] == "+" and not text.strip("-0.%") else text


@dataclass(frozen=True)
class Curves:
    """A plot of two lines."""

    title: str
    x_name: str
    x: Sequence[float] | Float[np.ndarray, " points"]
    sides: Sequence[Any]
    log_x: bool = False
    log_y: bool = False
    level: tuple[str, float] | None = None
    """Name and height of a horizontal line."""
    other_seeds: Sequence[Float[np.ndarray, " points"]] = ()
    """Lines of the right code with other seeds."""


@dataclass(frozen=True)
class Bars:
    """A plot of two bars for each name, logarithmic from `floor` on where that is given."""

    title: str
    names: Sequence[str]
    sides: Sequence[Any]
    floor: float | None = None


@dataclass(frozen=True)
class Heatmaps:
    """Two tables of numbers from 0 to 1 as shades."""

    title: str
    sides: Sequence[Float[np.ndarray, "rows columns"]]
    names: Sequence[str]
    """Names of the rows and of the columns."""
    row_name: str
    column_name: str


@dataclass(frozen=True)
class Symptom:
    """All that was measured; `telltale` is the key of what gives the mistake away."""

    measurements: dict[str, Measurement]
    telltale: str
    panels: Sequence[Curves | Bars | Heatmaps]
