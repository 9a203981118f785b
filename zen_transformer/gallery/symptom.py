"""What a mistake looks like: numbers with it and without it, and pictures of them.

Whatever has `sides` has two: the right code's, then the wrong one's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Self

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True)
class Number:
    """One figure, and how it is written."""

    label: str
    sides: Sequence[float]
    shown: str = ".2f"

    @property
    def right(self) -> float:
        """The right code's."""
        return float(self.sides[0])

    @property
    def wrong(self) -> float:
        """The wrong code's."""
        return float(self.sides[1])

    def texts(self) -> tuple[str, str]:
        """Both, as a person reads them."""
        return written(self.right, self.shown), written(self.wrong, self.shown)

    def stored(self) -> dict[str, Any]:
        """For JSON, which has no word for what is not finite."""
        sides = [side if isfinite(side) else str(side) for side in (self.right, self.wrong)]
        return {"label": self.label, "sides": sides, "shown": self.shown}

    @classmethod
    def read(cls, entry: dict[str, Any]) -> Self:
        """What `stored` gave."""
        return cls(entry["label"], [float(side) for side in entry["sides"]], entry["shown"])


def written(value: float, shown: str) -> str:
    """A figure; powers of ten as in 3e-5."""
    if not isfinite(value):
        return {"nan": "NaN", "inf": "∞", "-inf": "−∞"}[str(value)]
    text = format(value, shown).replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")
    return text.replace("-", "+", 1) if shown[0] == "+" and not text.strip("-0.%") else text


@dataclass(frozen=True)
class Curves:
    """Lines."""

    title: str
    x_name: str
    x: Sequence[float] | Float[np.ndarray, " points"]
    sides: Sequence[Any]
    log_x: bool = False
    log_y: bool = False
    level: tuple[str, float] | None = None
    """A horizontal line and its name."""
    others: Sequence[Float[np.ndarray, " points"]] = ()
    """The right code's with other seeds."""


@dataclass(frozen=True)
class Bars:
    """Bars for some names; logarithmic ones begin at `floor`."""

    title: str
    names: Sequence[str]
    sides: Sequence[Any]
    floor: float | None = None


@dataclass(frozen=True)
class Maps:
    """Tables as shades, from 0 to 1."""

    title: str
    sides: Sequence[Float[np.ndarray, "rows columns"]]
    names: Sequence[str]
    """Of the rows and of the columns."""
    row_name: str
    column_name: str


@dataclass(frozen=True)
class Symptom:
    """All that was measured; `gives_away` names the figure to look at."""

    numbers: dict[str, Number]
    gives_away: str
    panels: Sequence[Curves | Bars | Maps]
