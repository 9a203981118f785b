"""How a run speaks while it runs, and on what machine."""

import os
import platform
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import jax
from tqdm import tqdm

from zen_transformer.training.loop import Progress


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
    """The processor's name; on Linux only a file knows it."""
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()


def show_progress(
    progress: Iterable[Progress], steps: int, title: str, shown: Mapping[str, str]
) -> Iterator[Progress]:
    """Pass reports on, with a progress bar where there is a terminal to show it on.

    Args:
        progress: the reports.
        steps: how many there will be in all.
        title: of the bar.
        shown: metrics to show, by name, and how each is abbreviated.
    """
    with tqdm(total=steps, desc=title, unit="step", disable=None, dynamic_ncols=True) as bar:
        for report in progress:
            values = {
                label: f"{report.metrics[name]:.3f}"
                for name, label in {"loss": "loss", **shown}.items()
                if name in report.metrics
            }
            tokens = report.metrics["tokens_per_second"]
            bar.set_postfix(values | {"tokens/s": f"{tokens:,.0f}"}, refresh=False)
            bar.update(report.done - bar.n)
            yield report
