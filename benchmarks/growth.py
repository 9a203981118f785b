"""`python -m benchmarks.growth`: how step time and memory grow with length, width and layers.

Training on the CPU, two layers, 256 wide, four sequences of 128 tokens, one of these varied at a
time; ours and HuggingFace in turns. Writes `benchmarks/out/growth.{json,png}`.
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
    """The work with another length, width or number of layers."""
    if what == "length":
        return replace(START, length=value)
    return replace(START, model=SHAPE | {what: value})


def measure() -> list[dict[str, Any]]:
    """A row for each point."""
    rows = []
    for what, values in VARIED.items():
        for value in values:
            sides = take_turns(varied(what, value), list(SIDES), rounds=2)
            facts = {name: side.facts() for name, side in sides.items()}
            rows.append({"varied": what, "value": value, "details": facts})
            print(what, value, *(f"{side.seconds:.3f} s" for side in sides.values()), flush=True)
    return rows


def draw(rows: list[dict[str, Any]]) -> None:
    """Time above, memory below."""
    figure, axes = plt.subplots(2, 3, figsize=(11, 6), layout="constrained", sharey="row")
    measures = (("milliseconds", "ms a step"), ("peak_gigabytes", "GB at most"))
    for column, (what, title) in enumerate(NAMES.items()):
        own = [row for row in rows if row["varied"] == what]
        for line, (measure, label) in enumerate(measures):
            panel = axes[line, column]
            for side, color in zip(SIDES, ("tab:blue", "tab:orange"), strict=True):
                values = [row["details"][side][measure] for row in own]
                panel.loglog([row["value"] for row in own], values, "o-", color=color, label=side)
            panel.set_xticks([row["value"] for row in own], [str(row["value"]) for row in own])
            panel.minorticks_off()
            panel.spines[["top", "right"]].set_visible(False)
            if column == 0:
                panel.set_ylabel(label)
            if line == 1:
                panel.set_xlabel(title)
    axes[0, 0].legend(frameon=False)
    figure.savefig(OUT / "growth.png", dpi=110)


if __name__ == "__main__":
    found = measure()
    OUT.mkdir(exist_ok=True)
    (OUT / "growth.json").write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    draw(found)
