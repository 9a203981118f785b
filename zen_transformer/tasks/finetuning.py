"""The fourth stage: what is the pretraining worth to a classifier?

The pretrained model and the same model from random weights learn from the same examples, in
the same order, with the same budget; a bag of words and the majority class stand beside them.
With fewer examples, each seed draws its own, the same ones for all four.
"""

import dataclasses
import time
from functools import cache
from pathlib import Path
from typing import Any

import jax
import numpy as np
from flax import nnx

from zen_transformer.data.labelled import Examples, LabelledData
from zen_transformer.errors import UserError
from zen_transformer.evaluation.bag_of_words import bag_of_words_accuracy
from zen_transformer.models.bert import BertForSequenceClassification, BertModel
from zen_transformer.objectives.classification import ClassificationObjective, LabelledBatches
from zen_transformer.report.plots import plot_label_curve
from zen_transformer.runs.console import show_progress
from zen_transformer.runs.folder import RunFolder
from zen_transformer.tasks.settings import FinetuningConfig
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer
from zen_transformer.training.loop import NotFiniteError, evaluate, run_steps
from zen_transformer.training.optimizer import make_optimizer
from zen_transformer.training.step import init_state, make_evaluation, make_step

STAGE = "finetuning"
MODELS = ("pretrained", "random_init")
BASELINES = ("bag_of_words", "majority")


def finetuning_stage(
    run: RunFolder,
    source: Path,
    tokenizer: WordPieceTokenizer,
    data: LabelledData,
    config: FinetuningConfig,
    seed: int,
) -> dict[str, Any]:
    """Train and measure what is not in the metrics yet, write the classifier that was best on
    the validation texts, and give `finetune` and `finetune_curve` of the summary."""
    counts = _counts(config, len(data.train))
    if STAGE not in run.stages():
        comparison = _Comparison(run, source, tokenizer, data, config)
        for count in counts:
            for number in range(config.seeds):
                comparison.measure(count, seed + number)
    rows = run.rows(STAGE)
    curve = [_point(rows, count) for count in counts]
    plot_label_curve(curve, run.plots / "label_curve.png")
    run.finish(STAGE, sum(row["seconds"] for row in rows))
    _print_curve(curve, len(data.test))
    return {"finetune": {name: curve[-1][name] for name in MODELS + BASELINES}} | {
        "finetune_curve": curve
    }


def _counts(config: FinetuningConfig, available: int) -> list[int]:
    """How many examples to learn from, the last time all."""
    for count in config.examples:
        if count > available:
            raise UserError(
                f"finetuning.examples has {count:,}, there are {available:,} to learn from: "
                "choose fewer"
            )
    return sorted({*config.examples, available})


def _point(rows: list[dict[str, Any]], count: int) -> dict[str, Any]:
    """A point of the learning curve: accuracies by model, and the gain, seed by seed."""
    own = [row for row in rows if row["examples"] == count]
    accuracies = {
        name: [row["test_accuracy"] for row in own if row["start"] == name]
        for name in MODELS + BASELINES
    }
    pairs = zip(*(accuracies[name] for name in MODELS), strict=True)
    accuracies["gain"] = [pretrained - random for pretrained, random in pairs]
    return {"examples": count} | {name: _summary(values) for name, values in accuracies.items()}


def _summary(values: list[float]) -> dict[str, Any]:
    """Mean and sample deviation over the seeds (0 for a single one)."""
    deviation = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    return {"mean": float(np.mean(values)), "std": deviation, "seeds": values}


def _print_curve(curve: list[dict[str, Any]], tests: int) -> None:
    print(f"test accuracy on {tests:,} texts, mean ± deviation over the seeds:")
    print("  examples   pretrained      random weights  gain             bag of words    majority")
    for point in curve:
        cells = (
            f"{point[name]['mean']:{sign}.3f} ± {point[name]['std']:.3f}"
            for name, sign in zip(
                ("pretrained", "random_init", "gain", *BASELINES),
                ("", "", "+", "", ""),
                strict=True,
            )
        )
        print(f"  {point['examples']:8,}   " + "   ".join(cells))


class _Comparison:
    """Trains one classifier after the other, those of one size with the same compiled step."""

    def __init__(
        self,
        run: RunFolder,
        source: Path,
        tokenizer: WordPieceTokenizer,
        data: LabelledData,
        config: FinetuningConfig,
    ):
        self.run, self.tokenizer, self.data, self.config = run, tokenizer, data, config
        self.encoder = BertModel.from_pretrained(source, pooling=config.pooling)
        self.shape = dataclasses.replace(
            self.encoder.config,
            num_labels=len(data.names),
            label_names=tuple(data.names),
            hidden_dropout_prob=config.dropout,
            attention_probs_dropout_prob=config.dropout,
        )
        positions = self.shape.max_position_embeddings
        if config.max_length > positions:
            raise UserError(
                f"finetuning.max_length is {config.max_length}, the model has {positions} "
                "positions: choose a smaller max_length"
            )
        self.train, self.validation, self.test = (
            LabelledBatches(examples, tokenizer, config.batch_size, config.max_length)
            for examples in (data.train, data.validation, data.test)
        )
        self.objective = ClassificationObjective(nnx.graphdef(self.network(0)))
        self.evaluation = jax.jit(make_evaluation(self.objective))
        self.step = cache(self._step)

    def measure(self, count: int, seed: int) -> None:
        """All four on the examples of a seed; what the metrics have already is left as it is."""
        rows = self.run.rows(STAGE)
        known = {(row["examples"], row["seed"], row["start"]) for row in rows}
        members = np.random.default_rng([seed, count]).permutation(len(self.train.labels))[:count]
        members.sort()
        for start in MODELS + BASELINES:
            if (count, seed, start) in known:
                continue
            began = time.perf_counter()
            if start in MODELS:
                network, scores = self.train_network(start, members, seed)
                if start == "pretrained" and count == len(self.train.labels):
                    self._keep_if_best(network, scores["validation_accuracy"], rows)
            else:
                scores = {"test_accuracy": self._baseline(start, members, rows)}
            row = {"start": start, "examples": count, "seed": seed, **scores}
            row["seconds"] = time.perf_counter() - began
            self.run.log(STAGE, len(known), row)
            known.add((count, seed, start))

    def network(self, seed: int) -> BertForSequenceClassification:
        """A classifier with random weights."""
        return BertForSequenceClassification(self.shape, rngs=nnx.Rngs(seed))

    def steps(self, count: int) -> int:
        """Steps in which so many examples are learnt from."""
        config = self.config
        return max(config.min_steps, config.epochs * -(-count // config.batch_size))

    def _step(self, count: int) -> tuple[Any, Any]:
        optimizer = make_optimizer(self.config.optimizer, self.steps(count))
        return make_step(self.objective, optimizer), optimizer

    def train_network(
        self, start: str, members: np.ndarray, seed: int
    ) -> tuple[BertForSequenceClassification, dict[str, float]]:
        """A trained classifier and its scores."""
        network = self.network(seed)
        if start == "pretrained":
            nnx.update(network.bert, nnx.state(self.encoder))
        parameters = jax.tree.map(jax.numpy.array, nnx.to_pure_dict(nnx.state(network)))
        train, steps = self.train.subset(members), self.steps(len(members))
        step, optimizer = self.step(len(members))
        reports = run_steps(
            step,
            init_state(parameters, optimizer),
            lambda step: train.batch(seed, step),
            steps,
            jax.random.key(seed),
            max(1, steps // 20),
        )
        title = f"{len(members):,} examples, {start.replace('_init', '')} weights, seed {seed}"
        try:
            for report in show_progress(reports, steps, title):
                state = report.state
        except NotFiniteError as error:
            raise UserError(
                f"{error} of fine-tuning ({title}); what was measured before is kept: try a "
                "lower finetuning.optimizer.learning-rate in a new run"
            ) from error
        nnx.update(network, state.parameters)
        scores: dict[str, float] = {}
        for name, split in (("validation", self.validation), ("test", self.test)):
            measured = evaluate(
                self.evaluation, state.parameters, split.in_order(), jax.random.key(0)
            )
            scores |= {f"{name}_{key}": value for key, value in measured.items()}
        return network, scores

    def _keep_if_best(
        self, network: BertForSequenceClassification, accuracy: float, rows: list[dict[str, Any]]
    ) -> None:
        """Write the classifier, if it is better than those before it. That comes before the
        line in the metrics: who is stopped in between repeats both."""
        others = [
            row["validation_accuracy"]
            for row in rows
            if row["start"] == "pretrained" and row["examples"] == len(self.train.labels)
        ]
        if accuracy > max(others, default=-1.0):
            network.save_pretrained(self.run.classifier)
            self.tokenizer.save_pretrained(self.run.classifier)

    def _baseline(self, name: str, members: np.ndarray, rows: list[dict[str, Any]]) -> float:
        """Test accuracy of a baseline. Without a choice of examples no seed matters."""
        everything = len(members) == len(self.train.labels)
        for row in rows:
            if everything and row["start"] == name and row["examples"] == len(members):
                return row["test_accuracy"]
        train = Examples(
            [self.data.train.texts[i] for i in members],
            [self.data.train.labels[i] for i in members],
        )
        if name == "bag_of_words":
            return bag_of_words_accuracy(
                train, self.data.test, self.tokenizer, len(self.data.names)
            )
        majority = int(np.argmax(np.bincount(train.labels)))
        return float(np.mean(np.array(self.data.test.labels) == majority))
