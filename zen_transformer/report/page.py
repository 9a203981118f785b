"""A run as one page that opens without a network: `report.html`.

Everything on it is read from the folder's files. What a run does not have yet, or will never have,
its section says.
"""

import base64
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jinja2 import ChainableUndefined, Environment, FileSystemLoader

from zen_transformer.files import write_text
from zen_transformer.metric import Metric
from zen_transformer.report.curves import plot_runs
from zen_transformer.report.plots import Rows
from zen_transformer.report.record import RunRecord
from zen_transformer.report.section import BarGroups, Folded, Page, Panels, Picture, Table

STAGES = {
    "vocabulary": "learning the vocabulary",
    "tokens": "cutting the text into pieces",
    "start": "word vectors to start from",
    "pretraining": "pretraining",
    "finetuning": "fine-tuning",
    "tagging": "tagging",
    "preference": "learning from choices",
    "answers": "answers and pictures",
}
"""What the stages are called on pages."""
KINDS = {Table: "table", Picture: "picture", Panels: "panels", Folded: "folded", BarGroups: "bars"}
"""How the template tells what it has before it."""


def write_page(run: RunRecord, metrics: Iterable[Metric], page: Page) -> Path:
    """Write `report.html` into a run's folder.

    Args:
        run: what the folder says.
        metrics: the figures of the run; its headlines stand at the head of the page.
        page: what the run's tasks say of it.
    """
    html = (
        environment()
        .get_template("report.html.jinja")
        .render(
            name=run.name,
            run=run,
            page=page,
            headlines=[metric for metric in metrics if metric.headline],
            pictures=_Pictures(run.folder / "plots"),
            stage_titles=STAGES,
        )
    )
    path = run.folder / "report.html"
    write_text(path, html)
    return path


class _Pictures(Mapping[str, str]):
    """The pictures of a folder by their names, as data in the page itself."""

    def __init__(self, folder: Path):
        self.paths = {path.stem: path for path in sorted(folder.glob("*.png"))}

    def __getitem__(self, name: str) -> str:
        return picture_as_data(self.paths[name])

    def __iter__(self) -> Any:
        return iter(self.paths)

    def __len__(self) -> int:
        return len(self.paths)


def curves(runs: Mapping[str, Rows], titles: Mapping[str, str]) -> str:
    """The curves of runs in one picture, as data in the page itself."""
    with TemporaryDirectory() as folder:
        return picture_as_data(plot_runs(runs, titles, Path(folder) / "curves.png"))


def picture_as_data(picture: Path) -> str:
    """A picture as a data URI."""
    return f"data:image/png;base64,{base64.b64encode(picture.read_bytes()).decode()}"


def environment() -> Environment:
    """The templates of this folder. What comes from texts is escaped."""
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {
        "kind": lambda value: KINDS.get(type(value), "text"),
        "setting": setting,
        "with_mask": lambda text: text.split("[MASK]"),
        "words": lambda number: f"{number:,}",
    }
    return templates


def setting(value: Any) -> str:
    """A setting as it is given on the command line."""
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    return "–" if value is None or value == "" else str(value)
