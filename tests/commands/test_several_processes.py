"""One run, shared by two processes with two devices each: it ends as in one process."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tiny_text import write_texts

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-m", "zen_transformer.commands.main"]
OPTIONS = (
    "pretrain --corpus texts.txt --tokenizer.vocab-size=120 --model.hidden-size=16 "
    "--model.num-hidden-layers=1 --model.intermediate-size=32 "
    "--model.max-position-embeddings=64 --pretraining.steps=12 --pretraining.batch-tokens=128 "
    "--pretraining.lengths 16 --pretraining.shares 1 --pretraining.evaluation-batches=8 "
    "--pretraining.reports=4 --pretraining.checkpoints=2"
).split()


def start(folder: Path, *options: str, devices: int = 1) -> subprocess.Popen:
    given = os.environ.get("XLA_FLAGS", "")
    flags = f"{given} --xla_force_host_platform_device_count={devices}"
    return subprocess.Popen(
        [*COMMAND, *OPTIONS, *options],
        cwd=folder,
        env=os.environ | {"XLA_FLAGS": flags},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def rows(run: Path) -> list[dict]:
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("localhost", 0))
        return free.getsockname()[1]


def start_both(folder: Path, *options: str) -> list[subprocess.Popen]:
    address = f"localhost:{free_port()}"
    return [
        start(folder, "--distributed", f"{address},2,{number}", *options, devices=2)
        for number in range(2)
    ]


def test_two_processes_end_like_one(tmp_path):
    write_texts(tmp_path)
    alone = start(tmp_path, "--output", "alone")
    both = start_both(tmp_path, "--output", "both", "--mesh", "fsdp=4")
    for process in (alone, *both):
        error = process.communicate(timeout=300)[1]
        assert process.returncode == 0, error
    found, expected = rows(tmp_path / "both"), rows(tmp_path / "alone")
    assert [row["step"] for row in found] == [3, 6, 9, 12]
    for name in ("loss", "gradient_norm", "mlm_accuracy"):
        np.testing.assert_allclose(
            [row[name] for row in found], [row[name] for row in expected], rtol=1e-5
        )
    summaries = [json.loads((tmp_path / x / "summary.json").read_text()) for x in ("both", "alone")]
    assert summaries[0]["mlm_loss"] == pytest.approx(summaries[1]["mlm_loss"], rel=1e-5)
    states = sorted(path.name for path in (tmp_path / "both" / "checkpoints").iterdir())
    assert states == ["best.orbax", "step-00000006.orbax", "step-00000012.orbax"]


def test_a_mistake_ends_both_with_one_line_each(tmp_path):
    write_texts(tmp_path)
    (tmp_path / "both").mkdir()
    (tmp_path / "both" / "metrics.jsonl").write_text("{}\n")
    first, second = start_both(tmp_path, "--output", "both", "--mesh", "data=4")
    said = [process.communicate(timeout=300)[1] for process in (first, second)]
    assert (first.returncode, second.returncode) == (2, 2), said
    assert "both holds metrics.jsonl, but no run" in said[0]
    assert "the first process could not go on: see what it says" in said[1]
    assert "Traceback" not in said[0] + said[1]
