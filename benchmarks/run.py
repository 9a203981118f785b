"""`make bench`: this package and HuggingFace on the same work, as a table, JSON and a plot.

Both take turns in separate processes, so that they do not share memory. Both keep freed memory
(`zen_transformer.training.allocator`), which makes both faster; the column "as installed" is
HuggingFace without it. If a compiler is installed, HuggingFace runs with `torch.compile` as well,
and the faster of the two counts.
"""

import argparse
import dataclasses
import json
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.rates import matmul_rate, peak_rate
from benchmarks.sides import Side, take_turns
from benchmarks.table import BenchmarkRow, plot, print_table
from benchmarks.text import encoding_rates, pipeline_rate
from benchmarks.work import Work, cpu_work, find_work, gpu_work
from zen_transformer.runs.console import machine

OUT = Path(__file__).with_name("out")


def main() -> None:
    """Measure the rows that the command line names, and write them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("names", nargs="*", help="rows to measure; all of this machine, if none")
    parser.add_argument("--no-compile", action="store_true", help="leave torch.compile out")
    options = parser.parse_args()
    device = "gpu" if has_gpu() else "cpu"
    known = {work.name: work for work in (gpu_work() if device == "gpu" else cpu_work())}
    unknown = set(options.names) - set(known) - set(OTHERS)
    if unknown:
        parser.error(f"no row {min(unknown)}: choose from {', '.join([*known, *OTHERS])}")
    names = options.names or [*known, *(OTHERS if device == "cpu" else ())]
    names = list(dict.fromkeys([*(NEEDS[name] for name in names if name in NEEDS), *names]))
    rate = peak_rate() if device == "gpu" else matmul_rate()
    rows: Rows = {}
    for name in sorted(names, key=[*known, *OTHERS].index):
        print(f"{name} …", flush=True)
        if name in known:
            rows[name] = compare(known[name], rate, not options.no_compile)
        else:
            rows[name] = OTHERS[name](rows, rate)
    write(device, list(rows.values()), rate)
    print_table(list(rows.values()))


def compare(work: Work, rate: float, with_compile: bool) -> BenchmarkRow:
    """Measure both sides; return a row."""
    names = ["ours", "huggingface", "as-installed", *(["compiled"] if with_compile else [])]
    sides = take_turns(work, names)
    ours, others = sides.pop("ours"), sides
    installed = others.pop("as-installed")
    theirs = max(others.values(), key=lambda side: side.tokens_per_second)
    every = (ours, theirs, installed)
    facts = {side.name: side.facts() for side in (ours, *others.values(), installed)}
    for side in every if work.kind in ("train", "forward") else ():
        facts[side.name]["fraction_of_rate"] = work.flops / side.seconds / rate
    return BenchmarkRow(
        work.name,
        ours.tokens_per_second,
        theirs.tokens_per_second,
        "tokens/s",
        ours.tokens_per_second / theirs.tokens_per_second,
        ours.tokens_per_second / installed.tokens_per_second,
        details=facts,
    )


Rows = dict[str, BenchmarkRow]


def matmul_fraction(rows: Rows, rate: float) -> BenchmarkRow:
    """Return the fraction of the matrix products' rate that a step without dropout reaches."""
    row = rows[NEEDS["matmul-fraction"]]
    work = find_work(row.name)
    assert row.huggingface is not None  # both sides train
    ours, theirs = (
        rate_of_side * work.flops / work.tokens / rate
        for rate_of_side in (row.ours, row.huggingface)
    )
    return BenchmarkRow("matmul-fraction", ours, theirs, "of the rate", ours / theirs)


def first_step_warm(rows: Rows, rate: float) -> BenchmarkRow:
    """Measure the first step of train-4x256, of this package with a filled compilation cache and
    of HuggingFace, which compiles nothing."""
    work, seconds = find_work("train-4x256"), []
    with TemporaryDirectory() as cache:
        for side, folder in (("ours", cache), ("ours", cache), ("huggingface", None)):
            worker = Side(side, work, folder)
            seconds.append(worker.first_step)
            worker.close()
    _, warm, eager = seconds
    return BenchmarkRow("first-step-warm", warm, eager, "s", eager / warm)


def wordpiece_encode(rows: Rows, rate: float) -> BenchmarkRow:
    """Measure the tokenization of English text."""
    ours, theirs = encoding_rates()
    return BenchmarkRow("wordpiece-encode", ours, theirs, "MB/s", ours / theirs)


def input_pipeline(rows: Rows, rate: float) -> BenchmarkRow:
    """Measure the making of pretraining batches, and its ratio to the speed of training."""
    tokens = pipeline_rate()
    ratio = tokens / rows[NEEDS["input-pipeline"]].ours
    note = "the ratio is to what our step of train-4x256 consumes"
    return BenchmarkRow("input-pipeline", tokens, None, "tokens/s", ratio, note=note)


OTHERS = {
    "matmul-fraction": matmul_fraction,
    "first-step-warm": first_step_warm,
    "wordpiece-encode": wordpiece_encode,
    "input-pipeline": input_pipeline,
}
NEEDS = {"matmul-fraction": "train-4x256-nodropout", "input-pipeline": "train-4x256"}
"""The row from which another is computed."""


def has_gpu() -> bool:
    """Whether JAX has a GPU."""
    import jax

    return jax.default_backend() == "gpu"


def write(device: str, rows: list[BenchmarkRow], rate: float) -> None:
    """Write the rows, the machine with the versions of the libraries, and a plot."""
    packages = ("jax", "jaxlib", "flax", "optax", "numpy", "torch", "transformers", "tokenizers")
    versions = {package: version(package) for package in packages}
    facts = machine() | {"rate_gflops": rate / 1e9, "versions": versions}
    OUT.mkdir(exist_ok=True)
    content = [dataclasses.asdict(row) for row in rows]
    (OUT / f"{device}.json").write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    (OUT / f"{device}-machine.json").write_text(json.dumps(facts, indent=2) + "\n", "utf-8")
    plot(rows, facts, OUT / f"{device}.png")


if __name__ == "__main__":
    main()
