"""A task defined outside the package, in one small file, has all that the built-in ones have. The
file is that of docs/add-a-task.md."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from zen_transformer import BertForSequenceClassification

SOURCE = Path(__file__).parents[2] / "docs" / "digit_sum.py"
METADATA = {
    "METADATA": "Metadata-Version: 2.1\nName: digit-sum\nVersion: 1.0\n",
    "entry_points.txt": "[zen_transformer.tasks]\ndigit-sum = digit_sum:DigitSum\n",
}
COMMAND = [sys.executable, "-m", "zen_transformer.commands.main"]
OPTIONS = "--training.steps 60 --training.reports 6 --training.checkpoints 6 --width 16".split()
TIMES = {"seconds", "tokens_per_second", "mfu", "memory_gigabytes"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Where the task lies, like an installed package."""
    path = tmp_path_factory.mktemp("task")
    shutil.copy(SOURCE, path)
    (path / "digit_sum-1.0.dist-info").mkdir()
    for name, content in METADATA.items():
        (path / "digit_sum-1.0.dist-info" / name).write_text(content)
    return path


@pytest.fixture(scope="module")
def environment(folder) -> dict[str, str]:
    paths = [str(folder), os.environ.get("PYTHONPATH", ""), str(SOURCE.parents[1])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}


def run(folder, environment, *arguments: str, **changes: str) -> str:
    done = subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        env=environment | changes,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def pretrain(folder, environment, output: str, *options: str, **changes: str) -> str:
    chosen = ["--task", "digit-sum", "--output", output, *OPTIONS, *options]
    return run(folder, environment, "pretrain", *chosen, **changes)


@pytest.fixture(scope="module")
def said(folder, environment) -> str:
    """What a run that went through has said."""
    return pretrain(folder, environment, "whole")


def metrics(run: Path) -> list[dict]:
    lines = (run / "metrics.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    return [{name: value for name, value in row.items() if name not in TIMES} for row in rows]


def weights(run: Path) -> dict[str, bytes]:
    tensors = load_file(run / "model" / "model.safetensors")
    return {name: tensor.tobytes() for name, tensor in tensors.items()}


def test_it_is_one_small_file():
    assert len(SOURCE.read_text("utf-8").splitlines()) <= 80


@pytest.mark.slow
def test_help_has_its_settings(folder, environment):
    text = run(folder, environment, "pretrain", "--task", "digit-sum", "--help")
    for part in ("--base", "Number of different digits.", "--training.steps", "--mesh", "--resume"):
        assert part in text


@pytest.mark.slow
def test_a_run_has_all_that_other_runs_have(folder, said):
    path = folder / "whole"
    summary = json.loads((path / "summary.json").read_text())
    (metric,) = summary["metrics"]
    assert metric["value"] == summary["accuracy"]
    assert f"sums right: {metric['value']:.1%} (10.0% by always saying" in said
    config = json.loads((path / "config.json").read_text())
    assert (config["task"], config["width"]) == ("digit-sum", 16)
    assert len(metrics(path)) == 6 and "held_out_accuracy" in metrics(path)[-1]
    page = (path / "report.html").read_text()
    for part in ("sums right", "by always saying the commonest sum", "zen-transformer export"):
        assert part in page
    assert (path / "plots" / "losses.png").is_file()
    assert list((path / "checkpoints").glob("step-*"))
    BertForSequenceClassification.from_pretrained(path / "model", require_all=True)


@pytest.mark.slow
def test_a_killed_run_ends_with_the_same_bits(folder, environment, said):
    options = ["--task", "digit-sum", "--output", "killed", *OPTIONS]
    process = subprocess.Popen(
        [*COMMAND, "pretrain", *options], cwd=folder, env=environment, stdout=subprocess.DEVNULL
    )
    written_by = time.monotonic() + 240
    while not list((folder / "killed" / "checkpoints").glob("step-*")):
        assert process.poll() is None and time.monotonic() < written_by
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    pretrain(folder, environment, "killed", "--resume")
    assert metrics(folder / "killed") == metrics(folder / "whole")
    assert weights(folder / "killed") == weights(folder / "whole")


@pytest.mark.slow
@pytest.mark.parametrize("option", [["--mesh", "data=2"], ["--pmap"]])
def test_several_devices_give_the_same(folder, environment, said, option):
    output = option[0].lstrip("-")
    flags = "--xla_force_host_platform_device_count=2"
    pretrain(folder, environment, output, *option, XLA_FLAGS=flags)
    ours, theirs = (metrics(folder / name)[-1]["loss"] for name in ("whole", output))
    np.testing.assert_allclose(theirs, ours, rtol=1e-4)


@pytest.mark.slow
def test_runs_are_compared_and_exported(folder, environment, said):
    pretrain(folder, environment, "other", "--seed", "1")
    table = run(folder, environment, "compare-runs", "whole", "other")
    assert "sums right" in table and "seed" in table
    run(folder, environment, "export", "whole", "--output", "mine")
    card = (folder / "mine" / "README.md").read_text("utf-8")
    for part in ("digit-sum", "BertForSequenceClassification", "sums right", "commonest sum"):
        assert part in card
