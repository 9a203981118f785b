"""Nothing is lost: a run that is killed, wherever, and resumed ends like one that never was.

The processes are real and so are the signals. Compared are the bytes of what a run leaves;
of metrics and summary all but the times.
"""

import itertools
import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from command_line import run, start
from safetensors.numpy import load_file
from tiny_text import write_texts

pytestmark = pytest.mark.slow

OPTIONS = (
    "quickstart --resume --runs . --corpus texts.txt --data labels.csv "
    "--tokenizer.vocab-size=120 --model.hidden-size=16 --model.num-hidden-layers=1 "
    "--model.intermediate-size=32 --model.max-position-embeddings=64 --pretraining.steps=60 "
    "--pretraining.batch-tokens=256 --pretraining.lengths 16 32 --pretraining.shares 0.6 0.4 "
    "--pretraining.evaluation-batches=8 --pretraining.reports=20 --finetuning.epochs=1 "
    "--finetuning.seeds=1 --finetuning.all-seeds=1 --finetuning.min-steps=0 "
    "--finetuning.batch-size=32 --finetuning.candidates 1e-3 --finetuning.examples 40 "
    "--tagging.data="
).split()
STAGES = ("vocabulary", "tokens", "start", "pretraining", "finetuning", "answers")
TIMES = (
    "seconds tokens_per_second mfu memory_gigabytes training_seconds stages "
    "training_flops_per_second"
).split()
EXACT = (
    "model/vocab.txt",
    "model/model.safetensors",
    "classifier/model.safetensors",
    "checkpoints/best.safetensors",
    "checkpoints/step-00000060.safetensors",
    "answers.json",
    "config.json",
)

# Runs the command, but dies by SIGKILL in the middle of the n-th time that something is synced:
# a file is written aside and not yet in its place, or in its place and its folder not synced.
DIES_WHILE_WRITING = """
import os, signal, sys
from zen_transformer import files
from zen_transformer.commands.main import main
from zen_transformer.tasks.quickstart import pace

pace.SECONDS = 0.05

left, sync = int(sys.argv.pop(1)), files._sync

def count_down(path):
    global left
    left -= 1
    if left == 0:
        if path.is_file():  # half of it never reached the disk
            os.truncate(path, path.stat().st_size // 2)
        os.kill(os.getpid(), signal.SIGKILL)
    sync(path)

files._sync = count_down
main()
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> tuple[dict[str, Any], float]:
    """What a run that was never stopped leaves, and the seconds it took."""
    folder = tmp_path_factory.mktemp("whole")
    write_texts(folder)
    assert run(*OPTIONS, cwd=folder).returncode == 0
    started = time.monotonic()  # the second time nothing is compiled any more
    assert run(*OPTIONS, "--overwrite", cwd=folder).returncode == 0
    return left_by(folder), time.monotonic() - started


def left_by(folder: Path) -> dict[str, Any]:
    """All that two runs of the same settings have in common."""
    run = folder / "quickstart"
    rows = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    summary = json.loads((run / "summary.json").read_text())
    exact: dict[str, Any] = {name: content(run / name) for name in EXACT}
    return exact | {
        "metrics": [without_times(row) for row in rows],
        "summary": without_times(summary),
        "files": sorted(str(p.relative_to(run)) for p in run.rglob("*") if p.name != ".lock"),
    }


def content(path: Path) -> Any:
    """The bytes; of tensors those of each, since the order in the file's head is not fixed."""
    if path.suffix != ".safetensors":
        return path.read_bytes()
    return {name: array.tobytes() for name, array in load_file(path).items()}


def without_times(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in TIMES}


def finish(folder: Path) -> str:
    """Resume to the end; what was said on standard error."""
    done = run(*OPTIONS, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stderr


def finished_stages(folder: Path) -> list[str]:
    path = folder / "quickstart" / "stages.json"
    return list(json.loads(path.read_text())) if path.exists() else []


def assert_same(found: dict[str, Any], expected: dict[str, Any]) -> None:
    for name, value in expected.items():
        assert found[name] == value, name


def test_killed_at_many_random_moments(tmp_path, whole):
    expected, seconds = whole
    write_texts(tmp_path)
    moments, lives = random.Random(0), 0
    # The lives become longer, so that there is an end.
    for lives in itertools.count(1):
        process = start(*OPTIONS, cwd=tmp_path)
        try:
            process.wait(moments.uniform(0.25, 0.5 + 0.03 * lives) * seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            continue
        assert process.returncode == 0
        break
    assert lives > 1  # it was killed at least once; how often is the machine's choice
    assert_same(left_by(tmp_path), expected)


@pytest.mark.parametrize("stage", STAGES)
def test_killed_in_every_stage(tmp_path, whole, stage):
    """As soon as the stage before is finished, and a moment more."""
    write_texts(tmp_path)
    before = STAGES[: STAGES.index(stage)]
    process = start(*OPTIONS, cwd=tmp_path)
    while process.poll() is None and len(finished_stages(tmp_path)) < len(before):
        time.sleep(0.002)
    if stage in ("pretraining", "finetuning"):
        time.sleep(0.05 * whole[1])
    process.kill()
    process.wait()
    assert stage not in finished_stages(tmp_path)
    finish(tmp_path)
    assert_same(left_by(tmp_path), whole[0])


@pytest.mark.parametrize("moment", [4, 17, 40, 61, 84])
def test_killed_while_a_file_is_being_written(tmp_path, whole, moment):
    write_texts(tmp_path)
    command = [sys.executable, "-c", DIES_WHILE_WRITING, str(moment), *OPTIONS]
    process = subprocess.run(command, cwd=tmp_path, stdout=subprocess.DEVNULL)
    assert process.returncode == -signal.SIGKILL
    finish(tmp_path)
    assert_same(left_by(tmp_path), whole[0])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_with_one_line_and_the_run_can_be_resumed(tmp_path, whole, number):
    write_texts(tmp_path)
    process = start(*OPTIONS, cwd=tmp_path)
    checkpoints = tmp_path / "quickstart" / "checkpoints"
    while process.poll() is None and not list(checkpoints.glob("step-*.safetensors")):
        time.sleep(0.002)
    process.send_signal(number)
    assert process.wait() == 128 + number
    said = process.written()[1].decode()
    assert said.splitlines()[-1].startswith("zen-transformer: stopped")
    assert "Traceback" not in said
    finish(tmp_path)
    assert_same(left_by(tmp_path), whole[0])


def test_steps_that_were_fitted_to_minutes_stay_when_a_run_is_gone_on_with(tmp_path):
    """Killed in its pretraining and resumed with the same command, on a machine that is another one
    by then, it ends like a run that was given the steps."""
    timed = [*(o for o in OPTIONS if "pretraining.steps" not in o), "--minutes=0.02"]
    write_texts(tmp_path)
    process = start(*timed, cwd=tmp_path)
    while process.poll() is None and "start" not in finished_stages(tmp_path):
        time.sleep(0.002)
    process.kill()
    process.wait()
    run_folder = tmp_path / "quickstart"
    steps = json.loads((run_folder / "config.json").read_text())["pretraining"]["steps"]
    done = run(*timed, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads((run_folder / "summary.json").read_text())["steps"] == steps
    resumed = content(run_folder / "model" / "model.safetensors")

    done = run(*timed[:-1], f"--pretraining.steps={steps}", "--overwrite", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert content(run_folder / "model" / "model.safetensors") == resumed

    done = run(*timed[:-1], "--minutes=0.05", cwd=tmp_path)
    assert done.returncode == 2
    assert "minutes is 0.05" in done.stderr


def test_what_is_finished_is_not_run_again(tmp_path, whole):
    write_texts(tmp_path)
    finish(tmp_path)
    run = tmp_path / "quickstart"
    before = {name: (run / name).stat().st_mtime_ns for name in EXACT[:5]}
    finish(tmp_path)
    assert {name: (run / name).stat().st_mtime_ns for name in before} == before
    assert_same(left_by(tmp_path), whole[0])
