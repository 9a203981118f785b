"""What a run leaves behind, and how it speaks while it runs."""

import dataclasses
import json
import os
import platform
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import jax
from tqdm import tqdm

from zen_transformer.errors import UserError, make_folder
from zen_transformer.training.loop import Progress


class RunFolder:
    """`runs/<name>/`: config, metrics, summary, checkpoints, models and plots."""

    def __init__(self, path: Path):
        self.path = path
        self.metrics = path / "metrics.jsonl"
        self.state = path / "checkpoints" / "state.safetensors"
        self.model = path / "model"
        self.classifier = path / "classifier"
        self.plots = path / "plots"
        make_folder(path)

    def log(self, stage: str, step: int, values: dict[str, Any]) -> None:
        """Append a line to the metrics."""
        with self.metrics.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"stage": stage, "step": step, **values}) + "\n")

    def rows(self, stage: str) -> list[dict[str, Any]]:
        """The lines of one stage."""
        if not self.metrics.is_file():
            return []
        lines = map(json.loads, self.metrics.read_text("utf-8").splitlines())
        return [row for row in lines if row["stage"] == stage]

    def keep_rows(self, stage: str, up_to_step: int) -> None:
        """Forget a stage's lines after a step, since they will be written again."""
        if self.metrics.is_file():
            rows = map(json.loads, self.metrics.read_text("utf-8").splitlines())
            kept = [r for r in rows if r["stage"] != stage or r["step"] <= up_to_step]
            self.metrics.write_text("".join(json.dumps(row) + "\n" for row in kept), "utf-8")

    def write_json(self, name: str, content: dict[str, Any]) -> None:
        """Write one of the JSON files."""
        text = json.dumps(content, indent=2, default=_encode)
        (self.path / name).write_text(text + "\n", "utf-8")


def model_folder(path: Path, part: str) -> Path:
    """The model to use of a run's folder (its `model` or `classifier`), or the path itself,
    if it is a model's folder."""
    if not path.is_dir():
        raise UserError(
            f"{path}: no such folder; run `zen-transformer quickstart` first, or name a model's "
            "folder with --model"
        )
    return path / part if (path / part / "config.json").is_file() else path


def _encode(value: Any) -> Any:
    """What JSON has no word for: configurations and paths."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return str(value)


def machine() -> dict[str, Any]:
    """The machine, in words that a reader of the numbers needs."""
    device = jax.devices()[0]
    return {
        "device": f"{len(jax.devices())} × {device.device_kind}",
        "cpu_cores": os.cpu_count(),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "jax": jax.__version__,
    }


def _processor() -> str:
    """Its name, which only Linux needs to be asked for in a file."""
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()


def show_progress(progress: Iterable[Progress], steps: int, title: str) -> Iterator[Progress]:
    """Pass reports on, with a progress bar where there is a terminal to show it on."""
    short = {
        "loss": "loss",
        "mlm_accuracy": "MLM",
        "nsp_accuracy": "NSP",
        "accuracy": "accuracy",
    }
    with tqdm(total=steps, desc=title, unit="step", disable=None, dynamic_ncols=True) as bar:
        for report in progress:
            values = {
                label: f"{report.metrics[name]:.3f}"
                for name, label in short.items()
                if name in report.metrics
            }
            tokens = report.metrics["tokens_per_second"]
            bar.set_postfix(values | {"tokens/s": f"{tokens:,.0f}"}, refresh=False)
            bar.update(report.done - bar.n)
            yield report
