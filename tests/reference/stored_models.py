"""HuggingFace's results for whole models in a small file, for machines without it.

    contents    JSON: of every case its config and, name by name, where its arrays stand
    numbers     all of them in one row, each array once: the encoder's are those of all models

python tests/reference/stored_models.py          writes models.npz anew
"""

import json
import math
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

FILE = Path(__file__).with_name("models.npz")
if __name__ == "__main__":
    sys.path.insert(0, str(FILE.parents[1]))

from reference.models import Arrays, Case, cases  # noqa: E402

import zen_transformer as zen  # noqa: E402

SEEDS = 3
"""Number of cases of each model in the file, the first of those that are compared."""
PARTS = ("weights", "inputs", "labels", "outputs", "gradients")


class Row:
    """Concatenated arrays, each distinct array once. Integers are stored as floats."""

    def __init__(self) -> None:
        self.length = 0
        self.arrays: list[np.ndarray] = []
        self.known: dict[Any, int] = {}

    def add(self, array: np.ndarray) -> dict[str, Any]:
        """Append the array if it is new, and return where it starts."""
        numbers = array.astype(np.float64).ravel()
        start = self.known.setdefault(numbers.tobytes(), self.length)
        if start == self.length:
            self.arrays.append(numbers)
            self.length += numbers.size
        return {"start": start, "shape": array.shape, "dtype": array.dtype.name}


def from_huggingface() -> list[Case]:
    """Compute all cases."""
    from reference.huggingface import random_case

    return [random_case(name, seed) for name, seed in cases(SEEDS)]


def from_file() -> Iterator[Case]:
    """Read all cases."""
    with np.load(FILE) as file:
        contents, numbers = json.loads(str(file["contents"])), file["numbers"]
    for entry in contents:
        arrays_by_part = {part: _arrays(numbers, entry.pop(part)) for part in PARTS}
        config = getattr(zen, entry["name"]).config_class.from_dict(entry.pop("config"))
        yield Case(**entry, config=config, **arrays_by_part)


def _arrays(numbers: np.ndarray, places: dict[str, Any]) -> Arrays:
    arrays = {}
    for name, place in places.items():
        start, shape = place["start"], place["shape"]
        row = numbers[start : start + math.prod(shape)]
        arrays[name] = row.reshape(shape).astype(place["dtype"])
    return arrays


def write(computed: Iterable[Case]) -> None:
    """Write the file."""
    row, contents = Row(), []
    for case in computed:
        entry = {"name": case.name, "seed": case.seed, "config": case.config.to_dict()}
        for part in PARTS:
            entry[part] = {name: row.add(array) for name, array in getattr(case, part).items()}
        contents.append(entry)
    np.savez_compressed(
        FILE,
        allow_pickle=False,
        contents=np.array(json.dumps(contents)),
        numbers=np.concatenate(row.arrays),
    )


if __name__ == "__main__":
    write(from_huggingface())
    print(f"{FILE.name}: {FILE.stat().st_size / 1000:.0f} kB")
