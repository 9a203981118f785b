"""A run's folder: what it keeps, what is finished in it, and who may write.

config.json     the settings, written when the run begins
metrics.jsonl   a line for each report of each stage
stages.json     the finished stages and their seconds
summary.json    the figures it ended with          answers.json  what it was asked and said
model/ classifier/    in HuggingFace's layout      tokens/       the text as ids
checkpoints/    states to go on from               plots/ report.html
"""

import dataclasses
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from zen_transformer.errors import UserError
from zen_transformer.files import make_folder, write_text
from zen_transformer.stages.presets import parse_json, read_json
from zen_transformer.stages.settings import flat

FOLDERS = ("model", "classifier", "tokens", "checkpoints", "plots")
FILES = (
    "config.json",
    "metrics.jsonl",
    "stages.json",
    "summary.json",
    "answers.json",
    "finetune.json",
    "report.html",
)


class RunFolder:
    """The paths in a run's folder, and its files' contents."""

    def __init__(self, path: Path):
        self.path = path
        self.config = path / "config.json"
        self.metrics = path / "metrics.jsonl"
        self.checkpoints = path / "checkpoints"
        self.tokens = path / "tokens"
        self.model = path / "model"
        self.classifier = path / "classifier"
        self.plots = path / "plots"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from writing here; the lock ends with the process, however it
        ends.

        Raises:
            UserError: another process holds it, or the folder cannot be written to.
        """
        make_folder(self.path)
        lock = FileLock(self.path / ".lock", timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise UserError(
                f"another run is writing to {self.path}: wait for its end, or choose another folder"
            ) from error
        except OSError as error:
            raise UserError(f"cannot write to {self.path}: {error.strerror}") from error
        try:
            yield
        finally:
            lock.release()

    def begin(self, settings: Any, resume: bool, overwrite: bool, pretrained: str = "") -> None:
        """Write the settings down, or hold them against those of the run that is resumed;
        `pretrained` is the fingerprint of a model that the run starts from.

        Raises:
            UserError: there is a run and nobody said what shall become of it, or it was
                started with other settings.
        """
        wanted = json.loads(json.dumps(dataclasses.asdict(settings)))
        if pretrained:
            wanted = {"pretrained": pretrained, **wanted}
        if self.config.is_file() and not overwrite:
            if not resume:
                raise UserError(
                    f"{self.path} holds a run already: go on with it by --resume, replace it by "
                    "--overwrite, or choose another folder"
                )
            self._check_same(wanted)
            self._write_rows(list(self._rows()))  # without what a killed process left of a line
            return
        for name in FOLDERS:
            shutil.rmtree(self.path / name, ignore_errors=True)
        for name in FILES:
            (self.path / name).unlink(missing_ok=True)
        self.write_json("config.json", {"version": version("zen-transformer"), **wanted})
        self.write_json("stages.json", {})

    def _check_same(self, wanted: dict[str, Any]) -> None:
        found = read_json(self.config)
        found.pop("version", None)
        then, now = flat(found), flat(wanted)
        for name in then | now:
            if then.get(name) != now.get(name):
                raise UserError(
                    f"{name} is {now.get(name)}, the run in {self.path} was started with "
                    f"{then.get(name)}: leave it out, or start a new run in another folder"
                )

    # Stages

    def stages(self) -> dict[str, float]:
        """The finished stages and the seconds each of them took."""
        return self.read_json("stages.json")

    def finish(self, stage: str, seconds: float) -> None:
        """Write down that a stage need not be run again."""
        self.write_json("stages.json", self.stages() | {stage: round(seconds, 3)})

    # Metrics

    def log(self, stage: str, step: int, values: dict[str, Any]) -> None:
        """Append a line to the metrics."""
        with self.metrics.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"stage": stage, "step": step, **values}) + "\n")

    def rows(self, stage: str) -> list[dict[str, Any]]:
        """The lines of one stage."""
        return [row for row in self._rows() if row["stage"] == stage]

    def keep_rows(self, stage: str, up_to_step: int) -> None:
        """Forget a stage's lines after a step, since they will be written again."""
        self._write_rows(
            [row for row in self._rows() if row["stage"] != stage or row["step"] <= up_to_step]
        )

    def _write_rows(self, rows: list[dict[str, Any]]) -> None:
        write_text(self.metrics, "".join(json.dumps(row) + "\n" for row in rows))

    def _rows(self) -> Iterator[dict[str, Any]]:
        """All lines. A last one without its end was being written when the process was killed."""
        if self.metrics.is_file():
            for line in self.metrics.read_text("utf-8").splitlines(keepends=True):
                if line.endswith("\n"):
                    yield parse_json(line, self.metrics)

    # Files

    def read_json(self, name: str) -> dict[str, Any]:
        """The content of one of the JSON files; nothing, where it is not there yet."""
        path = self.path / name
        return read_json(path) if path.is_file() else {}

    def write_json(self, name: str, content: dict[str, Any]) -> None:
        """Write one of the JSON files."""
        text = json.dumps(content, indent=2, ensure_ascii=False, default=_encode)
        write_text(self.path / name, text + "\n")


def _encode(value: Any) -> Any:
    """What JSON has no word for: configurations and paths."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return str(value)
