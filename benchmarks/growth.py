"""Growth of step time and memory with length, width and number of layers.

    python -m benchmarks.growth

Trains on the CPU with two layers of width 256 and four sequences of 128 tokens, and varies one of
these at a time; this package and HuggingFace take turns. Writes `benchmarks/out/growth.{json,png}`.
"""

import json
from dataclasses import replace
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from benchmarks.run import OUT
from benchmarks.sides import take_turns
from benchmarks.work import SMALL, Work

SHAPE = SMALL | {"num_hidden_layers": 2}
START = Work("growth", "train", SHAPE, 4, 128, steps=3)
VARIED = {
    "length": (64, 128, 256, 512, 1024, 2048),
    "hidden_size": (64, 128, 256, 512, 768),
    "num_hidden_layers": (1, 2, 4, 8, 12),
}
NAMES = {"length": "tokens in a sequence", "hidden_size": "width", "num_hidden_layers": "layers"}
SIDES = ("ours", "huggingface")


def varied(what: str, value: int) -> Work:
    """Change the length, the width or the number of layers."""
    if what == "length":
        return replace(START, length=value)
    return replace(START, model=SHAPE | {what: value})


def measure() -> list[dict[str, Any]]:
    """Measure every point; return a row for each."""
    rows = []
    for what, values in VARIED.items():
        for value in values:
            sides = take_turns(varied(what, value), list(SIDES), rounds=2)
            facts = {name: side.facts() for name, side in sides.items()}
            rows.append({"varied": what, "value": value, "details": facts})
            print(what, value, *(f"{side.seconds:.3f} s" for side in sides.values()), flush=True)
    return rows


def draw(rows: list[dict[str, Any]]) -> None:
    """Plot time in the upper row and memory in the lower row."""
    figure, axes = plt.subplots(2, 3, figsize=(11, 6), layout="constrained", sharey="row")
    measures = (("milliseconds", "ms a step"), ("peak_gigabytes", "GB at most"))
    for column, (what, title) in enumerate(NAMES.items()):
        points = [row for row in rows if row["varied"] == what]
        for line, (measure, label) in enumerate(measures):
            panel = axes[line, column]
            for side, color in zip(SIDES, ("tab:blue", "tab:orange"), strict=True):
                x, y = zip(
                    *((row["value"], row["details"][side][measure]) for row in points), strict=True
                )
                panel.loglog(x, y, "o-", color=color, label=side)
            panel.set_xticks(x, map(str, x))
            panel.minorticks_off()
            panel.spines[["top", "right"]].set_visible(False)
            if column == 0:
                panel.set_ylabel(label)
            if line == 1:
                panel.set_xlabel(title)
    axes[0, 0].legend(frameon=False)
    figure.savefig(OUT / "growth.png", dpi=110)


if __name__ == "__main__":
    rows = measure()
    OUT.mkdir(exist_ok=True)
    (OUT / "growth.json").write_text(json.dumps(rows, indent=2) + "\n", "utf-8")
    draw(rows)
