"""What a student says to have read of the hints: a file in the folder that is handed in."""

import json
from pathlib import Path

from zen_transformer.files import write_text

FILE = "hints_read.json"
MOST, LONGEST = 99, 1 << 16


def hints_read(folder: Path) -> dict[str, int]:
    """The number of hints read for each exercise; nothing where the file is missing or is none."""
    path = folder / FILE
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > LONGEST:
            return {}
        entries = json.loads(path.read_text("utf-8"))
        return {str(name): int(count) for name, count in entries.items() if 0 < count <= MOST}
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return {}


def write_hints_read(folder: Path, names: list[str], count: int) -> None:
    """Keep that these exercises' first hints were read."""
    known = hints_read(folder)
    known |= {name: max(count, known.get(name, 0)) for name in names}
    write_text(folder / FILE, json.dumps(known, indent=1) + "\n")
