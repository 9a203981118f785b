"""The gallery of mistakes: its figures, pictures and pages.

    python docs/gallery/build.py               measure everything anew and write all: half an hour
    python docs/gallery/build.py no-root       measure only these; all pages are written
    python docs/gallery/build.py --pages       only the pages, from the figures that are stored

The figures go to zen_transformer/gallery/measured.json, after each mistake: what was measured is
kept where this is stopped. The words of the pages are in zen_transformer/gallery/pages/.
"""

import argparse
import dataclasses
import json
import time
from pathlib import Path

from zen_transformer.files import write_text
from zen_transformer.gallery.lab import Lab
from zen_transformer.gallery.page import (
    MEASURED,
    Measurements,
    SymptomRecord,
    index,
    load_measurements,
    page,
    symptom_record,
)
from zen_transformer.gallery.pictures import draw
from zen_transformer.gallery.scale import Scale
from zen_transformer.gallery.study import Study
from zen_transformer.gallery.table import MISTAKES, find
from zen_transformer.runs.console import machine

FOLDER = Path(__file__).resolve().parent
SEEDS = (1, 2, 3)
"""Seeds of further trainings of the right code, which show what a seed changes."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "names", nargs="*", help="mistakes to measure; all of them, if none is named"
    )
    parser.add_argument("--pages", action="store_true", help="measure nothing")
    parser.add_argument("--output", type=Path, default=FOLDER, help="folder of pages and pictures")
    options = parser.parse_args()
    if not options.pages:
        measure(options.names or list(MISTAKES), options.output)
    measured = load_measurements()
    for name in MISTAKES:
        write_text(options.output / f"{name}.md", page(name, measured))
    write_text(options.output / "index.md", index(measured))


def measure(names: list[str], output: Path) -> None:
    """Measure some mistakes, draw them, and store their figures beside those of the others."""
    mistakes, started = [find(name) for name in names], time.perf_counter()
    lab = Lab(Scale())
    print(f"{time.perf_counter() - started:4.0f} s  the text", flush=True)
    lab.other_seeds = [lab.train(seed=seed) for seed in SEEDS]
    for mistake in mistakes:
        lab.right()  # not to be counted with the first that needs it
        began = time.perf_counter()
        symptom = mistake.look(Study(lab, mistake))
        draw(symptom, output / f"{mistake.name}.png")
        record = symptom_record(symptom, time.perf_counter() - began)
        _store(lab, mistake.name, record)
        print(f"{record['seconds']:4} s  {mistake.name}", flush=True)


def _store(lab: Lab, name: str, record: SymptomRecord) -> None:
    """Put the record of a mistake beside those of the others in `measured.json`."""
    records = load_measurements()["mistakes"] if MEASURED.exists() else {}
    records[name] = record
    measured = Measurements(
        machine=machine(),
        scale=dataclasses.asdict(lab.scale),
        unigram_loss=lab.unigram_loss,
        seeds=[run.held_out["mlm_loss"] for run in (lab.right(), *lab.other_seeds)],
        mistakes={mistake: records[mistake] for mistake in MISTAKES if mistake in records},
    )
    write_text(MEASURED, json.dumps(measured, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
