"""A disk that is full or read-only, two runs in one folder: said in one line, nothing corrupted."""

import errno
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import COMMAND, run, start
from compilation import without_settings
from safetensors.numpy import load_file
from tiny_text import write_texts

from zen_transformer.commands import main

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="limits and mounts are those of Unix"),
]

PRETRAIN = (
    "pretrain --resume --corpus texts.txt --tokenizer.vocab-size=120 --model.hidden-size=64 "
    "--model.num-hidden-layers=1 --model.intermediate-size=64 --model.max-position-embeddings=32 "
    "--pretraining.steps=40 --pretraining.batch-tokens=256 --pretraining.lengths 16 "
    "--pretraining.shares 1 --pretraining.evaluation-batches=8 --pretraining.reports=20"
).split()


def check_mistake(done: subprocess.CompletedProcess[str], says: str) -> None:
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert says in done.stderr


def check_whole(folder: Path) -> None:
    """What is there can be read, and nothing half-written lies about."""
    assert list(folder.rglob("*.tmp")) == []
    for path in folder.rglob("*.safetensors"):
        load_file(path)


def test_a_file_that_may_not_grow_is_said_and_the_run_goes_on_later(tmp_path):
    """The system's limit on the size of a file: large enough for all but the checkpoints."""
    write_texts(tmp_path)
    limited = ["sh", "-c", 'ulimit -f 200; exec "$@"', "sh"]  # blocks of 512 bytes
    done = subprocess.run(
        [*limited, *COMMAND, *PRETRAIN, "--output", "run"],
        cwd=tmp_path,
        env=without_settings(),  # what is compiled is larger
        capture_output=True,
        text=True,
    )
    check_mistake(done, says="File too large")
    assert "what was there before is unchanged" in done.stderr
    check_whole(tmp_path / "run")
    done = run(*PRETRAIN, "--output", "run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """A disk of 400 kB of its own."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", disk]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no disk can be mounted here: that needs root")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_full_disk_is_said_and_the_run_goes_on_when_there_is_room(tmp_path, small_disk):
    write_texts(tmp_path)
    done = run(*PRETRAIN, "--output", small_disk / "run", cwd=tmp_path)
    check_mistake(done, says="No space left on device")
    check_whole(small_disk / "run")
    subprocess.run(["mount", "-o", "remount,size=50m", small_disk], check=True)
    done = run(*PRETRAIN, "--output", small_disk / "run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_a_read_only_disk_is_said(tmp_path, small_disk):
    write_texts(tmp_path)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    done = run(*PRETRAIN, "--output", small_disk / "run", cwd=tmp_path)
    check_mistake(done, says="Read-only file system")


def test_two_runs_in_one_folder(tmp_path):
    write_texts(tmp_path)
    first = start(*PRETRAIN, "--pretraining.steps=100000", "--output", "run", cwd=tmp_path)
    while not (tmp_path / "run" / "config.json").exists() and first.poll() is None:
        time.sleep(0.05)
    done = run(*PRETRAIN, "--output", "run", cwd=tmp_path)
    first.kill()
    first.wait()
    check_mistake(done, says="another run is writing to run: wait for its end")


def test_whatever_else_the_system_refuses_is_one_line(monkeypatch, capsys):
    def refuse(arguments: list[str]) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "run/metrics.jsonl")

    monkeypatch.setattr(main, "run_command", refuse)
    monkeypatch.setattr("signal.signal", lambda number, handler: None)
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 2
    said = "zen-transformer: run/metrics.jsonl: No space left on device\n"
    assert capsys.readouterr().err == said
