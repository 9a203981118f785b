"""`make bench`: ours and HuggingFace on the same work, in turns; a table, JSON and a plot.

Each side is a process of its own, so that nothing of one is in the other's memory. Both keep
freed memory (`zen_transformer.training.allocator`), which helps both; the column "as installed" is
HuggingFace without that. With a compiler at hand `torch.compile` is tried too, and the faster of
the two counts as HuggingFace's.
"""

import argparse
import json
import os
import platform
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.rates import matmul_rate, peak_rate
from benchmarks.sides import Side, take_turns
from benchmarks.table import plot, print_table
from benchmarks.work import Work, cpu_work, find_work, gpu_work

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
    rate = peak_rate() if device == "gpu" else matmul_rate()
    rows: list[dict[str, Any]] = []
    for name in wanted:
        print(f"{name} …", flush=True)
        if name in known:
            rows.append(compare(known[name], rate, not given.no_compile))
    if device == "cpu":
        rows += [row for row in other_rows(rows, rate) if row["name"] in wanted]
    write(device, rows, rate)
    print_table(rows)


OTHERS = ("matmul-fraction", "first-step-warm", "wordpiece-encode", "input-pipeline")


def compare(work: Work, rate: float, with_compile: bool) -> dict[str, Any]:
    """A row, with both sides' figures."""
    names = ["ours", "huggingface", "as-installed", *(["compiled"] if with_compile else [])]
    sides = take_turns(work, names)
    ours, others = sides.pop("ours"), sides
    installed = others.pop("as-installed")
    theirs = max(others.values(), key=lambda side: side.tokens_per_second)
    every = (ours, theirs, installed)
    facts = {side.name: side.facts() for side in (ours, *others.values(), installed)}
    for side in every if work.kind != "mixed" else ():
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


def other_rows(rows: list[dict[str, Any]], rate: float) -> list[dict[str, Any]]:
    """What follows from the rows, and what comes before the model."""
    from benchmarks.text import text_rates

    found = []
    training = next((row for row in rows if row["name"] == "train-4x256-nodropout"), None)
    if training:
        work = find_work(training["name"])
        ours, theirs = (
            training[side] * work.operations / work.tokens / rate
            for side in ("ours", "huggingface")
        )
        found.append(as_row("matmul-fraction", ours, theirs, "of the rate"))
    warm, eager = first_steps()
    found.append(as_row("first-step-warm", warm, eager, "s", eager / warm))
    rates = text_rates()
    found.append(as_row("wordpiece-encode", *rates["wordpiece-encode"], "MB/s"))
    pipeline = rates["input-pipeline"][0]
    step = max((row["ours"] for row in rows if row["name"].startswith("train-4")), default=None)
    found.append(
        as_row("input-pipeline", pipeline, None, "tokens/s", step and pipeline / step)
        | {"note": "the ratio is to what our step of train-4x256 consumes"}
    )
    return found


def as_row(name: str, ours: float, theirs: float | None, unit: str, ratio: Any = None) -> Any:
    """A row; the ratio is above 1 where ours is better."""
    if ratio is None and theirs:
        ratio = ours / theirs
    return {"name": name, "ours": ours, "huggingface": theirs, "ratio": ratio, "unit": unit}


def first_steps() -> tuple[float, float]:
    """Seconds of the first step of train-4x256: ours, traced and taken from the compilation cache,
    and HuggingFace's, which compiles nothing."""
    work = find_work("train-4x256")
    with TemporaryDirectory() as cache:
        seconds = []
        for side, folder in (("ours", cache), ("ours", cache), ("huggingface", None)):
            worker = Side(side, work, folder)
            seconds.append(worker.first_step)
            worker.close()
    return seconds[1], seconds[2]


def has_gpu() -> bool:
    """Whether JAX sees one."""
    import jax

    return jax.default_backend() == "gpu"


def write(device: str, rows: list[dict[str, Any]], rate: float) -> None:
    """The rows beside the machine and the versions, and a plot of them."""
    import jax

    packages = ("jax", "jaxlib", "flax", "optax", "numpy", "torch", "transformers", "tokenizers")
    facts = {
        "device": jax.devices()[0].device_kind if device == "gpu" else cpu_name(),
        "cores": os.cpu_count(),
        "rate_gflops": rate / 1e9,
        "python": platform.python_version(),
        "versions": {package: version(package) for package in packages},
    }
    OUT.mkdir(exist_ok=True)
    (OUT / f"{device}.json").write_text(json.dumps(rows, indent=2) + "\n", "utf-8")
    (OUT / f"{device}-machine.json").write_text(json.dumps(facts, indent=2) + "\n", "utf-8")
    plot(rows, facts, OUT / f"{device}.png")


def cpu_name() -> str:
    """As Linux knows it."""
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()


if __name__ == "__main__":
    main()
