"""`zen-transformer compare-runs`: runs beside each other."""

import base64
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import tyro
from rich.console import Console
from rich.table import Table

from zen_transformer.files import write_text
from zen_transformer.report.comparison import Comparison, Row, compare, comparison_page
from zen_transformer.report.plots import plot_runs
from zen_transformer.stages.folder import RunFolder
from zen_transformer.stages.pretraining import STAGE


def compare_runs(
    runs: Annotated[tuple[Path, ...], tyro.conf.Positional], output: Path | None = None
) -> None:
    """Put runs beside each other: their figures, and the settings in which they differ.

    For example:

      zen-transformer compare-runs runs/quickstart runs/small
      zen-transformer compare-runs runs/quickstart runs/small --output comparison.html

    Args:
        runs: folders of two runs or more.
        output: also write a page, with the curves of all of them.
    """
    comparison = compare(list(runs))
    console = Console(width=None if sys.stdout.isatty() else 200)
    console.print(_table(comparison, "figure", comparison.figures))
    if comparison.note:
        console.print(f"({comparison.note})")
    if comparison.settings:
        console.print(_table(comparison, "set differently", comparison.settings))
    if output is not None:
        rows = {
            name: RunFolder(run).rows(STAGE)
            for name, run in zip(comparison.names, runs, strict=True)
        }
        write_text(output, comparison_page(comparison, _curves(rows)))
        print(f"written to {output}")


def _table(comparison: Comparison, title: str, rows: list[Row]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(title, overflow="fold")
    for name in comparison.names:
        table.add_column(name, justify="right", overflow="fold")
    for row in rows:
        cells = (
            f"[green]{cell} *[/green]" if row.is_best(i) else f"{cell}  "
            for i, cell in enumerate(row.cells)
        )
        table.add_row(row.name, *cells)
    return table


def _curves(rows: dict[str, list]) -> str:
    with TemporaryDirectory() as folder:
        data = plot_runs(rows, Path(folder) / "curves.png").read_bytes()
    return f"data:image/png;base64,{base64.b64encode(data).decode()}"
