"""The rows as a table and as a plot."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt


@dataclass(frozen=True)
class BenchmarkRow:
    """A row of the table."""

    name: str
    ours: float
    huggingface: float | None
    """None if HuggingFace has nothing to compare with."""
    unit: str
    ratio: float | None
    """Above 1 if this package is better."""
    ratio_as_installed: float | None = None
    """The ratio to HuggingFace with the default allocator."""
    note: str | None = None
    details: dict[str, dict[str, Any]] = field(default_factory=dict)
    """More measurements, by side."""


def print_table(rows: list[BenchmarkRow]) -> None:
    """Print the rows as a table in Markdown."""
    print("\n| | ours | HuggingFace | ratio | to HuggingFace as installed | of the rate |")
    print("|---|---|---|---|---|---|")
    for row in rows:
        ratios = (
            row.ratio,
            row.ratio_as_installed,
            row.details.get("ours", {}).get("fraction_of_rate"),
        )
        cells = (
            f"{number(row.ours)} {row.unit}",
            number(row.huggingface),
            *("" if ratio is None else f"{ratio:.2f}" for ratio in ratios),
        )
        print(f"| `{row.name}` | " + " | ".join(cells) + " |")


def number(value: float | None) -> str:
    """Format a number with three digits, or without decimals from 100 on."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:,.3g}"


def plot(rows: list[BenchmarkRow], facts: dict[str, Any], path: Path) -> None:
    """Draw a bar for the ratio of each row in tokens per second."""
    shown = [row for row in rows if row.unit == "tokens/s" and row.ratio and row.huggingface]
    if not shown:
        return
    figure, axes = plt.subplots(figsize=(8, 0.45 * len(shown) + 1.4), layout="constrained")
    places = range(len(shown))
    axes.barh(places, [row.ratio for row in shown], color="tab:blue", height=0.6)
    axes.set_yticks(places, [row.name for row in shown])
    axes.invert_yaxis()
    axes.axvline(1.0, color="gray", linewidth=1)
    for place, row in zip(places, shown, strict=True):
        axes.text(row.ratio, place, f" {row.ratio:.2f}×", va="center")
    axes.set_xlabel("tokens per second, ours over HuggingFace's")
    axes.set_title(f"{facts['processor']}, {facts['cpu_cores']} cores", fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=120)
    plt.close(figure)
