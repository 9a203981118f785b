"""What a run's folder says: its settings, its finished stages, its figures, answers and metrics."""

from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from zen_transformer.errors import UserError
from zen_transformer.files import parse_json, read_json
from zen_transformer.metric import Metric
from zen_transformer.presets.former import upgraded
from zen_transformer.report.kinds import NUMBER, check_kind, check_kinds
from zen_transformer.report.plots import Rows


class _Files(NamedTuple):
    folder: Path
    config: dict[str, Any]
    stages: dict[str, float]
    summary: dict[str, Any]
    answers: dict[str, Any]


class RunRecord(_Files):
    """The contents of a run's files; nothing for those that are not there yet."""

    @property
    def name(self) -> str:
        """The name of the folder."""
        return self.folder.resolve().name

    @property
    def metrics(self) -> list[Metric]:
        """The figures that it ended with; none of a former version's run."""
        return [Metric.from_json(fields) for fields in self.summary.get("metrics", [])]

    @cached_property
    def all_rows(self) -> Rows:
        """All lines of the metrics. A last one without its end is being written.

        Raises:
            UserError: another one is damaged.
        """
        path = self.folder / "metrics.jsonl"
        if not path.is_file():
            return []
        lines = path.read_bytes().splitlines(keepends=True)
        rows = [parse_json(line, path) for line in lines if line.endswith(b"\n")]
        for row in rows:
            check_kinds(row, path)
        return rows

    def shape(self, part: str) -> dict[str, Any]:
        """The `config.json` of the model in a folder of the run; nothing, if it is not there."""
        return _read(self.folder / part / "config.json")

    def rows(self, stage: str) -> Rows:
        """The lines of one stage."""
        return [row for row in self.all_rows if row.get("stage") == stage]


def read_run(folder: Path) -> RunRecord:
    """Read a run's folder.

    Raises:
        UserError: the folder holds no run, or one of its files is damaged.
    """
    if not (folder / "stages.json").is_file():
        raise UserError(
            f"{folder} holds no run: name the folder of one, where config.json and stages.json are"
        )
    config, *others = (
        _read(folder / f"{name}.json") for name in ("config", "stages", "summary", "answers")
    )
    for name, seconds in others[0].items():
        check_kind(name, seconds, NUMBER, folder / "stages.json")
    return RunRecord(folder, upgraded(config), *others)


def _read(path: Path) -> dict[str, Any]:
    """The fields of a file; none, if it is not there. Those of `config.json` are checked by who
    knows the task."""
    fields = read_json(path) if path.is_file() else {}
    if path.name != "config.json":
        check_kinds(fields, path)
    return fields
