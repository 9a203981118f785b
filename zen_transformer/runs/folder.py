"""A run's folder: what it keeps, what is finished in it, and who may write.

config.json     the settings, written when the run begins
metrics.jsonl   a line for each report of each stage
stages.json     the finished stages and their seconds     pace.json     how fast it trains here
summary.json    the figures it ended with          answers.json  what it was asked and said
model/ classifier/ tagger/    in HuggingFace's layout      weights.json  their checksums
tokens/         the text as ids
start/          the model before its first step, where it did not start from random numbers
checkpoints/    states to go on from               plots/ report.html
"""

import dataclasses
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from zen_transformer.checkpoints.files import fingerprint
from zen_transformer.errors import UserError
from zen_transformer.files import make_folder, parse_json, read_json, remove_leftovers, write_text
from zen_transformer.presets.former import defaults, upgraded
from zen_transformer.presets.overrides import flatten
from zen_transformer.printing import print
from zen_transformer.runs.trackers import Tracker

WEIGHTS = "weights.json"
MADE_FROM = "made_from"
"""In `config.json`: fingerprints of what a run learns from."""
FOLDERS = (
    "model",
    "start",
    "classifier",
    "tagger",
    "tokens",
    "checkpoints",
    "plots",
    "tensorboard",
    "profile",
)
FILES = (
    "metrics.jsonl",
    "summary.json",
    "answers.json",
    "report.html",
    "not-finite-batch-*.npz",
    "pace.json",
    WEIGHTS,
    "config.json",
    "stages.json",
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
        self.start = path / "start"
        self.classifier = path / "classifier"
        self.plots = path / "plots"
        self.trackers: list[Tracker] = []

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from writing here; the lock ends with the process, however it
        ends. A user's mistake that lets no stage finish leaves the folder as it was.

        Raises:
            UserError: another process holds it, or the folder cannot be written to.
        """
        new = not self.path.exists()
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
        except UserError:
            if self.is_bare():
                self._clear()
            raise
        finally:
            if not (self.path / "stages.json").is_file():  # no run has begun here
                with suppress(OSError):  # Windows keeps a locked file
                    (self.path / ".lock").unlink()
                    if new:
                        self.path.rmdir()
            lock.release()

    def check(
        self, settings: Any, resume: bool, overwrite: bool, made_from: dict[str, str] | None = None
    ) -> None:
        """Whether a run with these settings can begin or go on here.

        Args:
            settings: of the run.
            resume: go on with a run that is here.
            overwrite: replace it.
            made_from: fingerprints of what it learns from, by what that is; not compared, where
                they are not known yet.

        Raises:
            UserError: there is a run and nobody said what shall become of it, it was started
                with other settings or from something else, its settings are lost, or what is
                here no run wrote.
        """
        files = self._written()
        if files and not (self.path / "stages.json").is_file():
            raise UserError(
                f"{self.path} holds {files[0].name}, but no run: choose another folder, or move "
                "that away"
            )
        if not files or overwrite or self.is_bare():
            return
        if not self.config.is_file():
            raise UserError(
                f"{self.path} holds a run without the config.json that it was begun with: bring "
                "that back, or choose another folder"
            )
        if not resume:
            raise UserError(
                f"{self.path} holds a run already: go on with it by --resume, replace it by "
                "--overwrite, or choose another folder"
            )
        self._check_same(_facts(settings, made_from), defaults(settings))

    def begin(
        self, settings: Any, resume: bool, overwrite: bool, made_from: dict[str, str]
    ) -> None:
        """Write the settings down, or go on with the run that is here, after a `check`."""
        self.check(settings, resume, overwrite, made_from)
        if not overwrite and self.config.is_file() and not self.is_bare():
            remove_leftovers(self.path)
            self._write_rows(list(self._rows()))  # without what a killed process left of a line
            return
        self._clear()
        others = sorted({path.name for path in self.path.glob("*")} - {".lock"})
        if overwrite and others:
            print(f"left in {self.path}, since no run wrote it: {', '.join(others)}")
        self.write_json("stages.json", {})
        facts = {"version": version("zen-transformer"), **_facts(settings, made_from)}
        self.write_json("config.json", facts)

    def is_bare(self) -> bool:
        """Whether a run was begun here, and nothing of it is finished: no stage, no report and no
        checkpoint."""
        begun = (self.path / "stages.json").is_file()
        trained = any(path.is_file() for path in self.checkpoints.rglob("*"))
        return begun and not trained and not self.stages() and not list(self._rows())

    def _written(self) -> list[Path]:
        """What is here of all that a run writes; `stages.json`, which tells a run that is half
        removed from what no run wrote, is the last."""
        return [path for name in (*FOLDERS, *FILES) for path in self.path.glob(name)]

    def _clear(self) -> None:
        """Remove what a run writes. Who is killed meanwhile leaves a bare run, or a whole one that
        lacks checkpoints."""
        _remove(self.checkpoints)
        if (self.path / "stages.json").is_file():
            remove_leftovers(self.path)
            self.write_json("stages.json", {})
        self.metrics.unlink(missing_ok=True)
        for path in self._written():
            _remove(path)

    def read_config(self) -> dict[str, Any]:
        """The settings of the run, under the names that they have today."""
        return upgraded(read_json(self.config))

    def _check_same(self, wanted: dict[str, Any], defaults: dict[str, Any]) -> None:
        """Raise a `UserError` where the run was begun with other settings or from something else.
        Settings that came after it was begun had their defaults then."""
        begun = self.read_config()
        begun.pop("version", None)
        then, now = begun.pop(MADE_FROM, {}), wanted.pop(MADE_FROM, None)
        for name, known in (now or {}).items():
            if then.get(name) != known:
                raise UserError(
                    f"the {name} of the run in {self.path} changed since it was started: bring "
                    "back what it was, or start anew with --overwrite or in another folder"
                )
        then, now = defaults | flatten(begun), flatten(wanted)
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

    # Weights

    def keep_checksum(self, part: str) -> None:
        """Write down the checksum of a finished model's weights."""
        self.write_json(WEIGHTS, self.read_json(WEIGHTS) | {part: fingerprint(self.path / part)})

    def check_weights(self, part: str) -> None:
        """Check that the weights of a finished model are those that were written; a former version
        kept no checksum.

        Raises:
            UserError: they are others.
        """
        known = self.read_json(WEIGHTS).get(part)
        if known is not None and known != fingerprint(self.path / part):
            raise UserError(
                f"the weights in {self.path / part} changed since their training ended: bring back "
                "what they were, or start anew with --overwrite or in another folder"
            )

    # Metrics

    def log(self, stage: str, step: int, values: dict[str, Any]) -> None:
        """Append a line to the metrics, and send it to the trackers."""
        with self.metrics.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"stage": stage, "step": step, **values}) + "\n")
        for track in self.trackers:
            track(stage, step, values)

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


class ReadOnlyFolder(RunFolder):
    """The folder of a run that another process writes."""

    @contextmanager
    def locked(self) -> Iterator[None]:
        yield

    def check(self, *arguments: Any, **options: Any) -> None:
        pass

    def begin(self, *arguments: Any, **options: Any) -> None:
        pass

    def finish(self, stage: str, seconds: float) -> None:
        pass

    def log(self, stage: str, step: int, values: dict[str, Any]) -> None:
        pass

    def keep_rows(self, stage: str, up_to_step: int) -> None:
        pass

    def write_json(self, name: str, content: dict[str, Any]) -> None:
        pass


def _remove(path: Path) -> None:
    """Remove a file, a folder with all that is in it, or a link and not what it points to."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _facts(settings: Any, made_from: dict[str, str] | None) -> dict[str, Any]:
    """What `config.json` keeps, as JSON gives it back."""
    fields = json.loads(json.dumps(dataclasses.asdict(settings)))
    return {MADE_FROM: made_from, "task": settings.task, **fields}


def _encode(value: Any) -> Any:
    """What JSON has no word for: configurations and paths."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return str(value)
