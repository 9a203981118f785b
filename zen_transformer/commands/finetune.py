"""`zen-transformer finetune`: a classifier from a pretrained BERT, against three others."""

import dataclasses
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import jax
import numpy as np
from flax import nnx

from zen_transformer.commands.run_folder import (
    RunFolder,
    machine,
    model_folder,
    show_progress,
)
from zen_transformer.errors import UserError, check_range
from zen_transformer.models.bert import BertForSequenceClassification, BertModel
from zen_transformer.objectives.bag_of_words import bag_of_words_accuracy
from zen_transformer.objectives.classification import ClassificationObjective, LabelledBatches
from zen_transformer.text.labelled import Examples, LabelledData, load_labelled
from zen_transformer.text.wordpiece import WordPieceTokenizer
from zen_transformer.training.loop import evaluate, run_steps
from zen_transformer.training.optimizer import OptimizerConfig, make_optimizer
from zen_transformer.training.step import init_state, make_evaluation, make_step

STAGE = "finetuning"
START = ("pretrained", "random_init")


@dataclass(frozen=True, kw_only=True)
class FinetuningConfig:
    """How a classifier is trained."""

    epochs: int = 2
    """Times every example is seen."""
    batch_size: int = 32
    """Texts in a batch."""
    max_length: int = 64
    """Longer texts are cut."""
    examples: int | None = None
    """Use only so many training examples."""
    pooling: Literal["cls", "mean", "max"] = "cls"
    """How the tokens' vectors become one."""
    dropout: float = 0.1
    """Dropout everywhere in the model."""
    seeds: int = 3
    """Repetitions, each with its own classifier, order and dropout."""
    optimizer: OptimizerConfig = field(default_factory=lambda: OptimizerConfig(learning_rate=1e-3))

    def __post_init__(self):
        for name in ("epochs", "batch_size", "seeds"):
            check_range(name, getattr(self, name), 1)
        if self.examples is not None:
            check_range("examples", self.examples, 1)
        check_range("max_length", self.max_length, 8)
        check_range("dropout", self.dropout, 0, 0.999)


def finetune(
    model: Path,
    output: Path | None = None,
    data: str = "rotten-tomatoes",
    finetuning: FinetuningConfig = FinetuningConfig(),
    seed: int = 0,
) -> dict[str, Any]:
    """Fine-tune a pretrained BERT to classify texts, and say what the pretraining was worth.

    The same model from random weights with the same budget, a bag-of-words logistic
    regression and the majority class are measured on the same test texts.

    For example:

      zen-transformer finetune --model runs/quickstart
      zen-transformer finetune --model runs/quickstart --data reviews.csv --output runs/mine

    Args:
        model: a run's folder or a folder in HuggingFace's layout.
        output: the run's folder; if not given, the model's run.
        data: rotten-tomatoes, or a CSV file with the columns text and label.
        finetuning: epochs, length, pooling, dropout, seeds and the optimizer.
        seed: the first of the seeds.
    """
    check_range("seed", seed, 0)
    source = model_folder(model, "model")
    run = RunFolder(output or model)
    tokenizer = WordPieceTokenizer.from_pretrained(source)
    labelled = load_labelled(data)
    result = run_finetuning(run, source, tokenizer, labelled, finetuning, seed)
    run.write_json(
        "finetune.json",
        dict(data=data, finetuning=finetuning, finetune=result, machine=machine()),
    )
    return result


def run_finetuning(
    run: RunFolder,
    source: Path,
    tokenizer: WordPieceTokenizer,
    data: LabelledData,
    config: FinetuningConfig,
    seed: int,
) -> dict[str, Any]:
    """The stage itself: trains every seed from both starts, writes the best classifier on the
    validation texts, and gives the test accuracies of all four."""
    run.keep_rows(STAGE, -1)
    train = data.train
    if config.examples is not None:
        train = Examples(train.texts[: config.examples], train.labels[: config.examples])
    splits = {
        name: LabelledBatches(examples, tokenizer, config.batch_size, config.max_length)
        for name, examples in (
            ("train", train),
            ("validation", data.validation),
            ("test", data.test),
        )
    }
    trainer = _Trainer(source, splits, data.names, config)
    accuracies: dict[str, list[float]] = {start: [] for start in START}
    best, best_network = -1.0, None
    for number in range(config.seeds):
        for start in START:
            network, scores, seconds = trainer.train(start, seed + number)
            accuracies[start].append(scores["test_accuracy"])
            run.log(STAGE, number, {"start": start, "seconds": seconds, **scores})
            if start == "pretrained" and scores["validation_accuracy"] > best:
                best, best_network = scores["validation_accuracy"], network
    if best_network is not None:
        best_network.save_pretrained(run.classifier)
        tokenizer.save_pretrained(run.classifier)
    bag = bag_of_words_accuracy(train, data.test, tokenizer, len(data.names))
    majority = int(np.argmax(np.bincount(train.labels)))
    accuracies |= {  # neither depends on the seed
        "bag_of_words": [bag] * config.seeds,
        "majority": [float(np.mean(np.array(data.test.labels) == majority))] * config.seeds,
    }
    result = {name: _summary(values) for name, values in accuracies.items()}
    print(f"test accuracy on {len(data.test)} texts, {len(train):,} to learn from:")
    for name, entry in result.items():
        print(f"  {name.replace('_', ' '):13} {entry['mean']:.3f} ± {entry['std']:.3f}")
    return result


class _Trainer:
    """Trains one classifier after the other with the same compiled step."""

    def __init__(
        self,
        source: Path,
        splits: dict[str, LabelledBatches],
        labels: list[str],
        config: FinetuningConfig,
    ):
        self.encoder = BertModel.from_pretrained(source, pooling=config.pooling)
        self.shape = dataclasses.replace(
            self.encoder.config,
            num_labels=len(labels),
            label_names=tuple(labels),
            hidden_dropout_prob=config.dropout,
            attention_probs_dropout_prob=config.dropout,
        )
        if config.max_length > self.shape.max_position_embeddings:
            raise UserError(
                f"max_length is {config.max_length}, the model has "
                f"{self.shape.max_position_embeddings} positions: choose a smaller max_length"
            )
        self.splits, self.config = splits, config
        self.steps = config.epochs * splits["train"].batches_per_epoch
        objective = ClassificationObjective(nnx.graphdef(self.network(0)))
        self.optimizer = make_optimizer(config.optimizer, self.steps)
        self.step = make_step(objective, self.optimizer)
        self.evaluation = jax.jit(make_evaluation(objective))

    def network(self, seed: int) -> BertForSequenceClassification:
        """A classifier with random weights."""
        return BertForSequenceClassification(self.shape, rngs=nnx.Rngs(seed))

    def train(
        self, start: str, seed: int
    ) -> tuple[BertForSequenceClassification, dict[str, float], float]:
        """A trained classifier, its scores and the seconds it took."""
        began = time.perf_counter()
        network = self.network(seed)
        if start == "pretrained":
            nnx.update(network.bert, nnx.state(self.encoder))
        parameters = jax.tree.map(jax.numpy.array, nnx.to_pure_dict(nnx.state(network)))
        train = self.splits["train"]
        reports = run_steps(
            self.step,
            init_state(parameters, self.optimizer),
            lambda step: train.batch(seed, step),
            self.steps,
            jax.random.key(seed),
            max(1, self.steps // 20),
        )
        title = f"fine-tuning from {start.replace('_init', '')} weights, seed {seed}"
        for report in show_progress(reports, self.steps, title):
            state = report.state
        nnx.update(network, state.parameters)
        scores = {
            f"{split}_{name}": value
            for split in ("validation", "test")
            for name, value in self.measure(state.parameters, split).items()
        }
        return network, scores, time.perf_counter() - began

    def measure(self, parameters: Any, split: str) -> dict[str, float]:
        """Loss and accuracy on a split."""
        batches = self.splits[split].in_order()
        return evaluate(self.evaluation, parameters, batches, jax.random.key(0))


def _summary(values: list[float]) -> dict[str, Any]:
    """Mean and sample deviation over the seeds (0 for a single one)."""
    deviation = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    return {"mean": float(np.mean(values)), "std": deviation, "seeds": values}
