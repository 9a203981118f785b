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
from typing import Any

from zen_transformer.files import write_text
from zen_transformer.gallery.lab import Lab
from zen_transformer.gallery.page import MEASURED, index, measured, page, stored
from zen_transformer.gallery.pictures import draw
from zen_transformer.gallery.scale import Scale
from zen_transformer.gallery.study import Study
from zen_transformer.gallery.table import MISTAKES, find
from zen_transformer.runs.console import machine

FOLDER = Path(__file__).resolve().parent
SEEDS = (1, 2, 3)
"""With which the right code is trained once more: what a seed does."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "names", nargs="*", help="mistakes to measure; all of them, if none is named"
    )
    parser.add_argument("--pages", action="store_true", help="measure nothing")
    parser.add_argument("--output", type=Path, default=FOLDER, help="folder of pages and pictures")
    given = parser.parse_args()
    if not given.pages:
        measure(given.names or list(MISTAKES), given.output)
    found = measured()
    for name in MISTAKES:
        write_text(given.output / f"{name}.md", page(name, found))
    write_text(given.output / "index.md", index(found))


def measure(names: list[str], output: Path) -> None:
    """Measure some mistakes, draw them, and store their figures beside those of the others."""
    mistakes, started = [find(name) for name in names], time.perf_counter()
    lab = Lab(Scale())
    print(f"{time.perf_counter() - started:4.0f} s  the text", flush=True)
    lab.others = [lab.train(seed=seed) for seed in SEEDS]
    for mistake in mistakes:
        lab.right()  # not to be counted with the first that needs it
        began = time.perf_counter()
        symptom = mistake.look(Study(lab, mistake))
        draw(symptom, output / f"{mistake.name}.png")
        entry = stored(symptom, time.perf_counter() - began)
        _keep(lab, mistake.name, entry)
        print(f"{entry['seconds']:4} s  {mistake.name}", flush=True)


def _keep(lab: Lab, name: str, entry: dict[str, Any]) -> None:
    entries = measured()["mistakes"] if MEASURED.exists() else {}
    entries[name] = entry
    found = {
        "machine": machine(),
        "scale": dataclasses.asdict(lab.scale),
        "unigram_loss": lab.unigram_loss,
        "seeds": [one.held_out["mlm_loss"] for one in (lab.right(), *lab.others)],
        "mistakes": {one: entries[one] for one in MISTAKES if one in entries},
    }
    write_text(MEASURED, json.dumps(found, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
