"""A figure that a run is judged by: its value, what it is called, and what it has to beat.

Console, report, comparison, model card and summary print any task's figures from this alone.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

Better = Literal["higher", "lower", ""]
"""Which of two values is the better one; "" where neither is."""


@dataclass(frozen=True)
class Baseline:
    """What can be had without the model."""

    name: str
    title: str
    value: float


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One measured figure."""

    name: str
    """Its name in `summary.json`."""
    title: str
    """What it is called, such as "masked words right"."""
    value: float
    better: Better = ""
    baselines: tuple[Baseline, ...] = ()
    unit: str = ""
    """"%" for a share from 0 to 1, written as a percentage; else what it is measured in."""
    digits: int = 3
    """Digits behind the point; a percentage has one."""
    signed: bool = False
    """Whether a plus stands before what is above 0, as before a gain."""
    subset: str = ""
    """The part of the held-out data that it was measured on; all of it, if empty."""
    deviation: float | None = None
    """Sample deviation over the seeds, where there are several."""
    on_labels: bool = False
    """Whether it was measured on labelled data, not on held-out text."""
    headline: bool = False
    """Whether it belongs among the few figures that a report begins with."""

    @property
    def label(self) -> str:
        """Title and subset."""
        return f"{self.title}, {self.subset}" if self.subset else self.title

    def text(self, value: float | None = None) -> str:
        """The metric's value, or another one of its kind, as it is written."""
        number = self.value if value is None else value
        sign = "+" if self.signed else ""
        if self.unit == "%":
            return f"{number:{sign}.1%}"
        return f"{number:{sign}.{self.digits}f}"

    def with_deviation(self) -> str:
        """The value, and the deviation over the seeds where there is one."""
        if self.deviation is None:
            return self.text()
        return f"{self.text()} ± {self.deviation:.{self.digits}f}"

    def beside_baselines(self) -> str:
        """The baselines with their values, in words."""
        return ", ".join(f"{self.text(one.value)} {one.title}" for one in self.baselines)

    def line(self) -> str:
        """All of it in one line."""
        beside = f" ({self.beside_baselines()})" if self.baselines else ""
        unit = "" if self.unit in ("", "%") else f" {self.unit}"
        return f"{self.label}: {self.with_deviation()}{unit}{beside}"

    def as_json(self) -> dict[str, Any]:
        """The fields for `summary.json`."""
        return asdict(self)

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Self:
        """Read the fields that `as_json` gave; those of a later version are left out."""
        known = {name: fields[name] for name in cls.__dataclass_fields__ if name in fields}
        baselines = tuple(Baseline(**baseline) for baseline in known.get("baselines", ()))
        return cls(**known | {"baselines": baselines})


def flat_values(metrics: Iterable[Metric]) -> dict[str, float]:
    """Values of metrics and of their baselines by their names, without those of subsets."""
    values: dict[str, float] = {}
    for metric in metrics:
        if not metric.subset:
            values[metric.name] = metric.value
            values |= {one.name: one.value for one in metric.baselines if one.name}
    return values
