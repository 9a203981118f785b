"""The whole way as a process, on a tiny text with a grammar that can be learnt in seconds."""

import json
import re
import time
from pathlib import Path

import numpy as np
import pytest
from command_line import run, start
from tiny_text import write_tags, write_texts

from zen_transformer import BertForSequenceClassification

pytestmark = pytest.mark.slow

OPTIONS = (
    "--tokenizer.vocab-size=120 --model.hidden-size=32 --model.num-hidden-layers=2 "
    "--model.intermediate-size=64 --model.max-position-embeddings=64 --pretraining.steps=700 "
    "--pretraining.batch-tokens=512 --pretraining.lengths 16 32 --pretraining.shares 0.6 0.4 "
    "--pretraining.evaluation-batches=8 --pretraining.optimizer.learning-rate=3e-3 "
    "--finetuning.epochs=10 --finetuning.seeds=2 --finetuning.candidates 3e-3 "
    "--finetuning.batch-size=32 --finetuning.all-seeds=2 --finetuning.min-steps=0 "
    "--tagging.data=tags.txt --tagging.finetuning.max-length=32 --tagging.finetuning.seeds=1 "
    "--tagging.finetuning.min-steps=0 --tagging.finetuning.candidates 3e-3 --finetuning.examples "
    "--tagging.finetuning.examples"
).split()


STARTS = ("pretrained", "word_vectors", "random_init", "bag_of_words", "majority")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("quickstart")
    write_texts(folder)
    write_tags(folder)
    texts = "--corpus", "texts.txt", "--data", "labels.csv"
    done = run("quickstart", *texts, *OPTIONS, cwd=folder, as_a_user=True)
    assert done.returncode == 0, done.stderr
    return folder / "runs" / "quickstart", done.stdout


def test_summary_has_every_promised_figure(finished):
    summary = json.loads((finished[0] / "summary.json").read_text())
    for name in ("mlm_accuracy", "nsp_accuracy", "mlm_loss", "unigram_loss", "seconds"):
        assert summary[name] > 0
    assert summary["tokens_per_second"] > 0
    assert summary["machine"]["cpu_cores"] >= 1
    for name in STARTS:
        entry = summary["finetune"][name]
        assert entry["mean"] == pytest.approx(np.mean(entry["seeds"]))
        assert entry["std"] >= 0
    assert len(summary["finetune"]["pretrained"]["seeds"]) == 2
    # One corpus only, so the whole and its only part agree.
    part = summary["by_corpus"]["texts.txt"]
    assert part["mlm_accuracy"] == pytest.approx(summary["mlm_accuracy"], abs=0.02)


def test_both_tasks_stand_side_by_side_with_what_was_computed(finished):
    summary = json.loads((finished[0] / "summary.json").read_text())
    assert summary["tflop"] > 0 and summary["training_flops_per_second"] > 0
    texts, sentences = (summary["curves"][stage] for stage in ("finetuning", "tagging"))
    assert [point["examples"] for point in sentences["points"]] == [75]
    for curve in (texts, sentences):
        assert curve["tflop"] > 0
        assert {"pretrained", "word_vectors", "random_init"} <= set(curve["points"][-1])
    assert "bag_of_words" in texts["points"][-1] and "lookup" in sentences["points"][-1]
    assert (finished[0] / "tagger" / "model.safetensors").is_file()
    assert (finished[0] / "plots" / "tagging_curve.png").is_file()


def test_it_says_before_how_long_it_will_take(finished):
    assert re.search(
        r"^\d+ TFLOP at \d+ GFLOP/s in training: about \d+ minutes?, and \d+ for fine-tuning$",
        finished[1].partition("2/6")[0],
        re.MULTILINE,
    )


def test_loss_falls_below_the_unigram_entropy(finished):
    summary = json.loads((finished[0] / "summary.json").read_text())
    # Word order and the animal give most words away: far below what frequencies can do.
    assert summary["mlm_loss"] < 0.5 * summary["unigram_loss"]
    assert summary["mlm_accuracy"] > 0.6


def test_classifier_beats_the_majority(finished):
    finetune = json.loads((finished[0] / "summary.json").read_text())["finetune"]
    assert finetune["pretrained"]["mean"] > finetune["majority"]["mean"] + 0.1
    assert finetune["bag_of_words"]["mean"] > finetune["majority"]["mean"] + 0.1


def test_metrics_are_json_lines_of_both_stages(finished):
    lines = (finished[0] / "metrics.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    pretraining = [row for row in rows if row["stage"] == "pretraining"]
    assert [row["step"] for row in pretraining] == list(range(7, 701, 7))
    assert pretraining[-1]["mlm_loss"] < pretraining[0]["mlm_loss"]
    assert "held_out_mlm_accuracy" in pretraining[-1]
    finetuning = [row for row in rows if row["stage"] == "finetuning"]
    assert [row["start"] for row in finetuning] == [*STARTS, *STARTS]


def test_folder_holds_models_checkpoint_and_plots(finished):
    folder, _ = finished
    for name in (
        "config.json",
        "checkpoints/step-00000700.safetensors",
        "checkpoints/best.safetensors",
        "answers.json",
        "report.html",
        "model/config.json",
        "model/model.safetensors",
        "model/tokenizer.json",
        "classifier/model.safetensors",
    ):
        assert (folder / name).stat().st_size > 0
    for plot in ("learning_curves", "losses", "accuracies", "learning_rate", "throughput"):
        assert (folder / "plots" / f"{plot}.png").read_bytes().startswith(b"\x89PNG")
    assert (folder / "plots" / "attention.png").exists()


def test_answers_are_printed_without_a_terminals_control_characters(finished):
    _, printed = finished
    assert "[MASK]" in printed
    assert "zen-transformer fill-mask" in printed
    assert "\r" not in printed


def test_classifier_folder_names_its_labels(finished):
    model = BertForSequenceClassification.from_pretrained(finished[0] / "classifier")
    assert model.config.label_names == ("far", "near")


def test_evaluate_repeats_the_runs_own_figures(finished):
    folder, _ = finished
    options = [o for o in OPTIONS if o.startswith("--pretraining")][:2]
    done = run(
        "evaluate",
        "--model",
        folder,
        "--corpus",
        "texts.txt",
        "--pretraining.evaluation-batches=8",
        *options,
        "--pretraining.lengths",
        "16",
        "32",
        "--pretraining.shares",
        "0.6",
        "0.4",
        cwd=folder.parents[1],
    )
    assert done.returncode == 0, done.stderr
    summary = json.loads((folder / "summary.json").read_text())
    for name, value in json.loads(done.stdout).items():
        assert value == pytest.approx(summary[name], rel=1e-6)


def test_evaluate_measures_the_runs_classifier_by_the_runs_settings(finished):
    folder, _ = finished
    options = ["--model", folder, "--task", "classification"]
    done = run("evaluate", *options, cwd=folder.parents[1])
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    tested = [row["test_accuracy"] for row in rows if "test_accuracy" in row]
    assert any(json.loads(done.stdout)["accuracy"] == pytest.approx(one) for one in tested)


def test_fill_mask_and_classify_answer(finished):
    folder, _ = finished
    done = run("fill-mask", "the dog eats [MASK] .", "--model", folder, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 2
    done = run("classify", "7 cat by the river", "--model", folder, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[0] in ("far", "near")


def test_same_seed_gives_the_same_run_also_when_it_was_killed_and_resumed(tmp_path):
    write_texts(tmp_path)
    short = [*OPTIONS[:5], "--pretraining.batch-tokens=512", "--pretraining.lengths", "16"]
    short += ["--pretraining.shares", "1", "--pretraining.evaluation-batches=1"]

    def arguments(name: str) -> list[str]:
        return ["pretrain", "--corpus", "texts.txt", "--output", name, *short]

    def pretrain(name: str, *more: str) -> bytes:
        done = run(*arguments(name), *more, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return (tmp_path / name / "model" / "model.safetensors").read_bytes()

    whole = pretrain("whole", "--pretraining.steps=40")
    assert pretrain("again", "--pretraining.steps=40") == whole
    assert pretrain("other", "--pretraining.steps=40", "--seed=1") != whole

    # Killed when the first checkpoint is there, wherever it then stands.
    killed = start(*arguments("killed"), "--pretraining.steps=40", cwd=tmp_path)
    checkpoints = tmp_path / "killed" / "checkpoints"
    while not list(checkpoints.glob("step-*.safetensors")) and killed.poll() is None:
        time.sleep(0.01)
    killed.kill()
    killed.wait()
    assert list(checkpoints.glob("step-*.safetensors"))
    assert pretrain("killed", "--pretraining.steps=40", "--resume") == whole
