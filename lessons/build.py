"""Makes the course's notebooks, each from its one source, the `lesson.py` beside it.

    python lessons/build.py                 run every lesson and write lesson.ipynb with outputs
    python lessons/build.py 03 07           run only these lessons
    python lessons/build.py --short         run them with few steps, two at a time; write nothing
    python lessons/build.py --check         fail where a notebook's cells are not its source's

`--check` alone runs nothing; with `--short` it comes before the run. Where a lesson fails, its
name, the cell and the error are printed, and the others are still run.

A run that writes notebooks also writes the table of the lessons in README.md.

A cell's id is a hash of its source. So it does not change with other cells, and a notebook that
somebody edited by hand is noticed before it is overwritten.
"""

import argparse
import asyncio
import base64
import io
import os
import re
import sys
import tempfile
import time
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from PIL import Image

FOLDER = Path(__file__).resolve().parent
CELL_SECONDS = {True: 180, False: 1200}
"""Longest time for a cell in seconds, in short mode and otherwise."""
AT_A_TIME = {True: 2, False: 1}
"""Number of lessons that run at a time; one where their times are quoted."""
KEEP_WARNINGS = "stderr"
"""Tag of a cell whose standard error is kept in the notebook."""


class Outcome(NamedTuple):
    """The outcome of running a lesson; `error` is empty where it succeeded."""

    name: str
    seconds: float
    error: str


def lessons(chosen: list[str] | None = None) -> list[Path]:
    """List the folders of all lessons, or of those with the given numbers or names."""
    folders = sorted(path.parent for path in FOLDER.glob("[0-9][0-9]_*/lesson.py"))
    for name in chosen or ():
        if not any(_is(folder, name) for folder in folders):
            known = ", ".join(folder.name for folder in folders)
            sys.exit(f"there is no lesson {name}, only {known or 'none'}")
    return [folder for folder in folders if not chosen or any(_is(folder, n) for n in chosen)]


def _is(folder: Path, name: str) -> bool:
    return Path(name).name in {folder.name, folder.name[:2], folder.name[:2].lstrip("0")}


# Source to notebook


def notebook_of(folder: Path) -> NotebookNode:
    """Make a notebook without outputs of `lesson.py`; the ids of its cells hash their sources."""
    source = jupytext.read(folder / "lesson.py")
    notebook = nbformat.v4.new_notebook()
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    seen: Counter[str] = Counter()
    for cell in source.cells:
        digest = cell_id(cell.cell_type, cell.source)
        seen[digest] += 1
        cell.id = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
        notebook.cells.append(cell)
    return notebook


def cell_id(kind: str, source: str) -> str:
    """Hash the kind and the source of a cell."""
    return sha256(f"{kind}\n{source}".encode()).hexdigest()[:12]


def stored_notebook(folder: Path) -> NotebookNode | None:
    """Read the notebook beside the source, if there is one."""
    path = folder / "lesson.ipynb"
    return nbformat.read(path, as_version=4) if path.is_file() else None


def drift(folder: Path) -> str:
    """Say where the notebook's cells differ from `lesson.py`; empty if they do not."""
    stored = stored_notebook(folder)
    if stored is None:
        return "there is no lesson.ipynb"
    ours, theirs = notebook_of(folder).cells, stored.cells
    for number, (a, b) in enumerate(zip(ours, theirs, strict=False), start=1):
        if (a.cell_type, a.source) != (b.cell_type, b.source):
            return f"cell {number} differs from lesson.py: {_first_line(b.source)}"
    if len(ours) != len(theirs):
        return f"lesson.ipynb has {len(theirs)} cells, lesson.py {len(ours)}"
    return ""


def edited_by_hand(folder: Path) -> str:
    """Name a cell of the notebook that was edited after it was written; empty if there is none."""
    stored = stored_notebook(folder)
    for number, cell in enumerate(stored.cells if stored else (), start=1):
        if cell.get("id", "")[:12] != cell_id(cell.cell_type, cell.source):
            return (
                f"cell {number} of lesson.ipynb was edited by hand: {_first_line(cell.source)}\n"
                "move the change to lesson.py, or remove lesson.ipynb; it is written anew"
            )
    return ""


def _first_line(source: str) -> str:
    return next((line for line in source.splitlines() if line.strip()), "")[:80]


# The table in README.md

MARKS = (
    "<!-- lessons: written by build.py from the heads of the lessons -->\n",
    "<!-- end of lessons -->",
)
HEAD = ("builds on", "to read", "to run", "afterwards you can")


def head(folder: Path) -> dict[str, str]:
    """Read the title of a lesson and the entries of HEAD from its first cell.

    In the table there, an entry may stand beside or below its name.
    """
    lines = notebook_of(folder).cells[0].source.splitlines()
    rows = [_cells(line) for line in lines if line.startswith("|")]
    named = {row[0]: row[1] for row in rows if len(row) == 2}
    if rows and rows[0][0] in HEAD:
        named = dict(zip(rows[0], rows[-1], strict=False))
    return {"title": lines[0].removeprefix("# "), **{name: named.get(name, "") for name in HEAD}}


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def table() -> str:
    """Make the table of all lessons, a row for each."""
    rows = ["| | to read | to run | afterwards you can |", "|---|---|---|---|"]
    for folder in lessons():
        entries = head(folder)
        link = f"[{entries['title']}]({folder.name}/lesson.ipynb)"
        rows.append(f"| {link} | {' | '.join(entries[name] for name in HEAD[1:])} |")
    return "\n".join(rows) + "\n"


def with_table(readme: str) -> str:
    """Put the present table into the text of README.md."""
    before, _, rest = readme.partition(MARKS[0])
    return before + MARKS[0] + "\n" + table() + "\n" + MARKS[1] + rest.partition(MARKS[1])[2]


# Running


async def run(
    folder: Path, short: bool, turn: asyncio.Semaphore, environment: dict[str, str]
) -> Outcome:
    """Run one lesson from top to bottom, in its own folder and in a process of its own."""
    async with turn:
        start, notebook, running = time.monotonic(), notebook_of(folder), [0]
        client = NotebookClient(
            notebook,
            extra_arguments=["--log-level=ERROR"],
            timeout=CELL_SECONDS[short],
            kernel_name="python3",
            record_timing=False,
            coalesce_streams=True,
            resources={"metadata": {"path": str(folder)}},
            on_cell_start=lambda cell, cell_index: running.__setitem__(0, cell_index),
        )
        try:
            await client.async_execute(env=environment)
            error = tidy(notebook)
        except CellExecutionError as failure:
            error = _place(notebook, running[0]) + _traceback(notebook.cells[running[0]], failure)
        except (CellTimeoutError, DeadKernelError) as failure:
            error = _place(notebook, running[0]) + _without_colours(str(failure))
        except RuntimeError as failure:
            error = f"it did not start: {failure}"
        seconds = time.monotonic() - start
        if not error and not short:
            write(notebook, folder / "lesson.ipynb")
        print(f"{folder.name:24} {seconds:6.1f} s  {'FAILED' if error else ''}", flush=True)
        return Outcome(folder.name, seconds, error)


def _place(notebook: NotebookNode, index: int) -> str:
    return f"cell {index + 1}, which begins with: {_first_line(notebook.cells[index].source)}\n"


def _traceback(cell: NotebookNode, failure: CellExecutionError) -> str:
    lines = [line for output in cell.outputs for line in output.get("traceback", ())]
    return _without_colours("\n".join(lines) or str(failure))


def _without_colours(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def tidy(notebook: NotebookNode) -> str:
    """Remove what differs from run to run, and name what cannot be removed; empty if nothing."""
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        cell.metadata.pop("execution", None)
        warnings_meant = KEEP_WARNINGS in cell.metadata.get("tags", ())
        cell.outputs = [
            output for output in cell.outputs if warnings_meant or output.get("name") != "stderr"
        ]
        for output in cell.outputs:
            if output.get("output_type") == "display_data":
                # "<Figure size 640x480 with 1 Axes>" says nothing beside the picture.
                if "image/png" in output.data:
                    output.data.pop("text/plain", None)
                    output.data["image/png"] = _smaller(output.data["image/png"])
                output.metadata = {}
        if private := _machine_specific(_texts(cell)):
            return (
                _place(notebook, index) + f"its output has {private!r}, which is another one "
                "elsewhere: print something else, or end the cell with plt.show()"
            )
    return ""


def _smaller(picture: str) -> str:
    """Reduce a picture to 256 colours, where that makes it smaller: the eye sees no difference."""
    before, after = base64.b64decode(picture), io.BytesIO()
    image = Image.open(io.BytesIO(before)).convert("RGBA")
    white = Image.new("RGBA", image.size, "white")
    flat = Image.alpha_composite(white, image).convert("RGB")
    flat.quantize(256, dither=Image.Dither.NONE).save(after, "PNG", optimize=True)
    return base64.b64encode(min(before, after.getvalue(), key=len)).decode()


def _texts(cell: NotebookNode) -> str:
    texts = [output.get("text", "") for output in cell.outputs]
    for output in cell.outputs:
        texts += [str(v) for kind, v in output.get("data", {}).items() if kind.startswith("text/")]
    return "\n".join(texts)


def _machine_specific(text: str) -> str:
    """Find a path of this machine or an address in its memory; empty if there is none."""
    folders = {str(FOLDER.parent), sys.prefix, f"{Path.home()}/", f"{tempfile.gettempdir()}/"}
    for folder in folders:
        if folder in text:
            return folder
    address = re.search(r"\bat 0x[0-9a-f]{6,}", text)
    return address[0] if address else ""


def write(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook as Jupyter would, so that opening and saving it changes nothing else."""
    notebook.metadata.language_info = {"name": "python"}  # without the version at hand
    nbformat.write(notebook, path)


async def run_all(folders: list[Path], short: bool) -> list[Outcome]:
    """Run lessons, AT_A_TIME of them at a time."""
    turn = asyncio.Semaphore(AT_A_TIME[short])
    with tempfile.TemporaryDirectory() as scratch:
        environment = environment_for(short, scratch)
        return await asyncio.gather(*(run(f, short, turn, environment) for f in folders))


def environment_for(short: bool, scratch: str) -> dict[str, str]:
    """The environment of the lessons' processes: the same on every machine, without a network and
    without a user's own settings for notebooks."""
    defaults = {
        "JAX_PLATFORMS": "cpu",
        "HF_HUB_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    environment = {name: value for name, value in os.environ.items() if name != "ZEN_SHORT"}
    return defaults | environment | {"IPYTHONDIR": scratch} | ({"ZEN_SHORT": "1"} if short else {})


def main(arguments: list[str] | None = None) -> int:
    """Run or check the lessons; the exit code is 1 if something is wrong."""
    parser = argparse.ArgumentParser(description="Make the course's notebooks.")
    parser.add_argument("lessons", nargs="*", metavar="NN", help="only these")
    parser.add_argument("--short", action="store_true", help="few steps; write nothing")
    parser.add_argument("--check", action="store_true", help="compare notebooks and sources")
    options = parser.parse_args(arguments)
    folders = lessons(options.lessons)
    problems = {}
    for folder in folders:
        problem = drift(folder) if options.check else ""
        if not options.check and not options.short:
            problem = edited_by_hand(folder)
        if problem:
            problems[folder.name] = problem
    if options.short or not options.check:
        start = time.monotonic()
        edited = () if options.short else problems  # these are not overwritten
        chosen = [folder for folder in folders if folder.name not in edited]
        outcomes = asyncio.run(run_all(chosen, options.short))
        print(f"{'all':24} {time.monotonic() - start:6.1f} s")
        problems |= {outcome.name: outcome.error for outcome in outcomes if outcome.error}
    readme = FOLDER / "README.md"
    if readme.is_file() and (text := readme.read_text("utf-8")) != (updated := with_table(text)):
        if options.check:
            problems["README.md"] = "its table is not what the heads of the lessons say"
        elif not options.short:
            readme.write_text(updated, "utf-8")
    for name, problem in problems.items():
        print(f"\n{name}: {problem}", file=sys.stderr)
    return min(1, len(problems))


if __name__ == "__main__":
    sys.exit(main())
