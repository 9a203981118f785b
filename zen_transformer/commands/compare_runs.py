"""`zen-transformer compare-runs`: runs beside each other."""

from pathlib import Path
from typing import Annotated

from rich.table import Table
from rich.text import Text
from tyro.conf import Positional, arg

from zen_transformer.commands.console import VisibleConsole
from zen_transformer.files import write_text
from zen_transformer.printing import print
from zen_transformer.report.comparison import Comparison, Row, compare, comparison_page
from zen_transformer.report.page import curves
from zen_transformer.tasks.registry import tasks_of
from zen_transformer.tasks.reporting import read_run_with_metrics


def compare_runs(
    runs: Annotated[tuple[Path, ...], Positional, arg(metavar="[RUN ...]")],
    output: Path | None = None,
) -> None:
    """Put runs beside each other: their figures, and the settings in which they differ.

    For example:

      zen-transformer compare-runs runs/quickstart runs/small
      zen-transformer compare-runs runs/quickstart runs/small --output comparison.html

    Args:
        runs: folders of two runs or more.
        output: also write a page, with the curves of all of them.
    """
    records = [read_run_with_metrics(run) for run in runs]
    comparison = compare(records)
    console = VisibleConsole(200)
    console.print_table(_table(comparison, "figure", comparison.figures))
    for note in comparison.notes:
        console.print(note)
    if comparison.settings:
        console.print_table(_table(comparison, "set differently", comparison.settings))
    if output is not None:
        rows = {
            name: record.rows(tasks_of(record.config)[0].stage)
            for name, (record, _) in zip(comparison.names, records, strict=True)
        }
        titles = {metric.name: metric.title for _, metrics in records for metric in metrics}
        write_text(output, comparison_page(comparison, curves(rows, titles)))
        print(f"written to {output}")


def _table(comparison: Comparison, title: str, rows: list[Row]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(title, overflow="fold")
    for column, name in enumerate(comparison.names):
        figures = [row.cells[column] for row in rows if row.values[column] is not None]
        numbers = [number for figure in figures for number in figure.split()]
        width = max(map(len, numbers), default=0) + 2  # a number is not broken
        table.add_column(Text(name), justify="right", overflow="fold", min_width=width)
    for row in rows:
        cells = (
            Text(f"{cell} *", "green") if row.is_best(i) else Text(f"{cell}  ")
            for i, cell in enumerate(row.cells)
        )
        table.add_row(Text(row.name), *cells)
    return table
