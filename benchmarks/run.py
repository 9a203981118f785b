"""`make bench`: ours and HuggingFace on the same work, in turns; a table, JSON and a plot.

Each side is a process of its own, so that nothing of one is in the other's memory. Both keep
freed memory (`zen_transformer.training.allocator`), which helps both; the column "as installed" is
HuggingFace without that. With a compiler at hand `torch.compile` is tried too, and the faster of
the two counts as HuggingFace's.
"""

import argparse
import json
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.rates import matmul_rate, peak_rate
from benchmarks.sides import Side, take_turns
from benchmarks.table import plot, print_table
from benchmarks.text import encoding_rates, pipeline_rate
from benchmarks.work import Work, cpu_work, find_work, gpu_work
from zen_transformer.runs.console import machine

OUT = Path(__file__).with_name("out")


def main() -> None:
    """Measure what was asked for and write it down."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("names", nargs="*", help="rows to measure; all of this machine, if none")
    parser.add_argument("--no-compile", action="store_true", help="leave torch.compile out")
    given = parser.parse_args()
    device = "gpu" if has_gpu() else "cpu"
    known = {work.name: work for work in (gpu_work() if device == "gpu" else cpu_work())}
    unknown = set(given.names) - set(known) - set(OTHERS)
    if unknown:
        parser.error(f"no row {min(unknown)}: choose from {', '.join([*known, *OTHERS])}")
    wanted = given.names or [*known, *(OTHERS if device == "cpu" else ())]
    wanted = list(dict.fromkeys([*(NEEDS[name] for name in wanted if name in NEEDS), *wanted]))
    rate = peak_rate() if device == "gpu" else matmul_rate()
    rows: Rows = {}
    for name in sorted(wanted, key=[*known, *OTHERS].index):
        print(f"{name} …", flush=True)
        if name in known:
            rows[name] = compare(known[name], rate, not given.no_compile)
        else:
            rows[name] = OTHERS[name](rows, rate)
    write(device, list(rows.values()), rate)
    print_table(list(rows.values()))


def compare(work: Work, rate: float, with_compile: bool) -> dict[str, Any]:
    """A row, with both sides' figures."""
    names = ["ours", "huggingface", "as-installed", *(["compiled"] if with_compile else [])]
    sides = take_turns(work, names)
    ours, others = sides.pop("ours"), sides
    installed = others.pop("as-installed")
    theirs = max(others.values(), key=lambda side: side.tokens_per_second)
    every = (ours, theirs, installed)
    facts = {side.name: side.facts() for side in (ours, *others.values(), installed)}
    for side in every if work.kind in ("train", "forward") else ():
        facts[side.name]["fraction_of_rate"] = work.operations / side.seconds / rate
    return {
        "name": work.name,
        "ours": ours.tokens_per_second,
        "huggingface": theirs.tokens_per_second,
        "ratio": ours.tokens_per_second / theirs.tokens_per_second,
        "unit": "tokens/s",
        "ratio_as_installed": ours.tokens_per_second / installed.tokens_per_second,
        "details": facts,
    }


Rows = dict[str, dict[str, Any]]


def matmul_fraction(rows: Rows, rate: float) -> dict[str, Any]:
    """Of the matrix products' rate, what a step without dropout makes use of."""
    row = rows[NEEDS["matmul-fraction"]]
    work = find_work(row["name"])
    ours, theirs = (
        row[side] * work.operations / work.tokens / rate for side in ("ours", "huggingface")
    )
    return as_row("matmul-fraction", ours, theirs, "of the rate")


def first_step_warm(rows: Rows, rate: float) -> dict[str, Any]:
    """The first step of train-4x256: ours, traced and taken from the compilation cache, and
    HuggingFace's, which compiles nothing."""
    work, seconds = find_work("train-4x256"), []
    with TemporaryDirectory() as cache:
        for side, folder in (("ours", cache), ("ours", cache), ("huggingface", None)):
            worker = Side(side, work, folder)
            seconds.append(worker.first_step)
            worker.close()
    _, warm, eager = seconds
    return as_row("first-step-warm", warm, eager, "s", eager / warm)


def wordpiece_encode(rows: Rows, rate: float) -> dict[str, Any]:
    """English text cut into ids."""
    return as_row("wordpiece-encode", *encoding_rates(), "MB/s")


def input_pipeline(rows: Rows, rate: float) -> dict[str, Any]:
    """Batches of pretraining, and how many times faster they are made than used up."""
    tokens = pipeline_rate()
    consumed = rows[NEEDS["input-pipeline"]]["ours"]
    return as_row("input-pipeline", tokens, None, "tokens/s", tokens / consumed) | {
        "note": "the ratio is to what our step of train-4x256 consumes"
    }


OTHERS = {
    "matmul-fraction": matmul_fraction,
    "first-step-warm": first_step_warm,
    "wordpiece-encode": wordpiece_encode,
    "input-pipeline": input_pipeline,
}
NEEDS = {"matmul-fraction": "train-4x256-nodropout", "input-pipeline": "train-4x256"}
"""The rows that others are made from."""


def as_row(name: str, ours: float, theirs: float | None, unit: str, ratio: Any = None) -> Any:
    """A row; the ratio is above 1 where ours is better."""
    if ratio is None and theirs:
        ratio = ours / theirs
    return {"name": name, "ours": ours, "huggingface": theirs, "ratio": ratio, "unit": unit}


def has_gpu() -> bool:
    """Whether JAX sees one."""
    import jax

    return jax.default_backend() == "gpu"


def write(device: str, rows: list[dict[str, Any]], rate: float) -> None:
    """The rows beside the machine and the versions, and a plot of them."""
    packages = ("jax", "jaxlib", "flax", "optax", "numpy", "torch", "transformers", "tokenizers")
    versions = {package: version(package) for package in packages}
    facts = machine() | {"rate_gflops": rate / 1e9, "versions": versions}
    OUT.mkdir(exist_ok=True)
    (OUT / f"{device}.json").write_text(json.dumps(rows, indent=2) + "\n", "utf-8")
    (OUT / f"{device}-machine.json").write_text(json.dumps(facts, indent=2) + "\n", "utf-8")
    plot(rows, facts, OUT / f"{device}.png")


if __name__ == "__main__":
    main()
