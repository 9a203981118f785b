"""Fine-tuning goes through the trainer: stopped within a training, on several devices, in bfloat16,
with trackers, with frozen parameters, and what it says where a loss is not finite."""

import json
import re
import signal
from dataclasses import replace
from pathlib import Path

import jax
import numpy as np
import pytest
from flax import nnx
from safetensors.numpy import load_file
from tiny_text import write_texts

from zen_transformer import BertConfig, BertForPreTraining, UserError, WordPieceTokenizer
from zen_transformer.runs import shutdown
from zen_transformer.runs.execution import ExecutionConfig
from zen_transformer.tasks.classification import (
    Classification,
    ClassificationConfig,
    ClassificationSettings,
)
from zen_transformer.tasks.running import RunTarget, run_task
from zen_transformer.tasks.task import Inputs
from zen_transformer.training.optimizer import OptimizerConfig
from zen_transformer.training.parallelism import MeshOfDevices

TIMES = {"seconds", "tokens_per_second", "mfu", "memory_gigabytes"}
FINETUNING = ClassificationConfig(
    epochs=1,
    min_steps=20,
    batch_size=8,
    max_length=16,
    seeds=1,
    optimizer=OptimizerConfig(learning_rate=3e-3),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Labelled sentences, and a model of random weights."""
    path = tmp_path_factory.mktemp("classification")
    write_texts(path)
    tokenizer = WordPieceTokenizer.train([(path / "texts.txt").read_text()], vocab_size=120)
    config = BertConfig(
        vocab_size=tokenizer.vocab_size,
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=32,
    )
    BertForPreTraining(config, rngs=nnx.Rngs(1)).save_pretrained(path / "model")
    tokenizer.save_pretrained(path / "model")
    return path


def task(folder: Path, **changes) -> Classification:
    finetuning = replace(FINETUNING, **changes)
    settings = ClassificationSettings(data=str(folder / "labels.csv"), finetuning=finetuning)
    return Classification(settings, Inputs(model=folder / "model"))


@pytest.fixture(scope="module")
def finished(folder) -> Path:
    """A run that went through."""
    run_task(task(folder), RunTarget(output=folder / "run"))
    return folder / "run"


def rows(run: Path, stage: str = "") -> list[dict]:
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return [
        {name: value for name, value in row.items() if name not in TIMES}
        for row in lines
        if row["stage"].startswith(stage)
    ]


@pytest.mark.slow
def test_every_training_has_its_own_lines(finished):
    stages = {row["stage"] for row in rows(finished)}
    count = rows(finished, "finetuning")[-1]["examples"]
    assert stages == {
        "finetuning",
        f"finetuning/pretrained-{count}-0",
        f"finetuning/random_init-{count}-0",
    }
    training = rows(finished, f"finetuning/pretrained-{count}-0")
    assert training[-1]["step"] == 22 and "held_out_accuracy" in training[-1]
    assert not list((finished / "checkpoints").glob("*/*"))  # removed when it is finished


@pytest.mark.slow
def test_a_training_that_was_stopped_goes_on_within_it(folder, finished, monkeypatch):
    requested = shutdown.StopAfterStep.requested

    def interrupted(self, step):
        if step == 13:
            signal.raise_signal(signal.SIGINT)
        return requested(self, step)

    target = RunTarget(output=folder / "stopped", resume=True)
    with monkeypatch.context() as patched:
        patched.setattr(shutdown.StopAfterStep, "requested", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run_task(task(folder), target)
    assert list((folder / "stopped" / "checkpoints").glob("*/step-00000014.*"))
    run_task(task(folder), target)
    assert rows(folder / "stopped") == rows(finished)
    names = [path / "classifier" / "model.safetensors" for path in (folder / "stopped", finished)]
    ours, theirs = map(load_file, names)
    for name, tensor in theirs.items():
        np.testing.assert_array_equal(ours[name], tensor)


@pytest.mark.slow
def test_on_a_mesh_it_learns_the_same(folder, finished, monkeypatch):
    mesh = MeshOfDevices({"data": jax.device_count()})
    monkeypatch.setattr(ExecutionConfig, "join", lambda self: mesh)
    run_task(task(folder), RunTarget(output=folder / "mesh"))
    for ours, theirs in zip(rows(folder / "mesh"), rows(finished), strict=True):
        for name in theirs.keys() & {"loss", "test_loss", "test_accuracy"}:
            assert ours[name] == pytest.approx(theirs[name], rel=1e-3)


@pytest.mark.slow
def test_in_bfloat16_and_with_trackers(folder):
    pytest.importorskip("tensorboardX")
    execution = ExecutionConfig(tensorboard=True)
    run_task(task(folder, bfloat16=True), RunTarget(output=folder / "bfloat16"), execution)
    (events,) = (folder / "bfloat16" / "tensorboard").iterdir()
    assert events.stat().st_size > 1000
    assert np.isfinite([row["loss"] for row in rows(folder / "bfloat16") if "loss" in row]).all()


@pytest.mark.slow
def test_only_what_is_trainable_changes(folder):
    run_task(task(folder, trainable="^classifier/"), RunTarget(output=folder / "head"))
    before = load_file(folder / "model" / "model.safetensors")
    after = load_file(folder / "head" / "classifier" / "model.safetensors")
    frozen = [name for name in after if name.startswith("bert.")]
    assert len(frozen) > 10
    for name in frozen:
        np.testing.assert_array_equal(after[name], before[name])


def test_a_pattern_that_selects_nothing_is_named(folder):
    with pytest.raises(UserError, match="trainable"):
        run_task(task(folder, trainable="nonsense"), RunTarget(output=folder / "nothing"))
    with pytest.raises(UserError, match="no regular expression"):
        ClassificationConfig(trainable="(")


@pytest.mark.slow
def test_a_loss_that_is_not_finite_names_the_layer(folder):
    wild = task(folder, optimizer=OptimizerConfig(learning_rate=1e30, max_grad_norm=1e30))
    target = RunTarget(output=folder / "wild")
    with pytest.raises(UserError) as error:
        run_task(wild, target, ExecutionConfig(debug_nans=True))
    said = str(error.value)
    assert re.search(r"is \S+ in step \d+, first in ", said), said
    assert "try a lower --finetuning.optimizer.learning-rate" in said
    assert list((folder / "wild").glob("not-finite-batch-*.npz"))


def test_a_batch_that_devices_cannot_share_is_named(folder, monkeypatch):
    class Three:
        axis, batch_shards = None, 3

    monkeypatch.setattr(ExecutionConfig, "join", lambda self: Three())
    with pytest.raises(UserError, match="a batch of 8 examples cannot be shared evenly by 3"):
        run_task(task(folder), RunTarget(output=folder / "three"))
