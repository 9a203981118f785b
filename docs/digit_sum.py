"""A task of one's own: a small BERT learns to add two digits."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from flax import nnx

from zen_transformer.metric import Baseline, Metric
from zen_transformer.models.bert import BertForSequenceClassification
from zen_transformer.models.bert_config import BertConfig
from zen_transformer.objectives.classification import ClassificationObjective
from zen_transformer.runs.config import TrainingConfig
from zen_transformer.runs.job import Job
from zen_transformer.tasks.task import Loaded, Task, TaskSettings


@dataclass(frozen=True, kw_only=True)
class DigitSumSettings(TaskSettings):
    """Settings of the task; each is an option of the command line."""

    task: ClassVar[str] = "digit-sum"

    base: int = 10
    """Number of different digits."""
    width: int = 32
    """Hidden size of the model."""
    training: TrainingConfig = TrainingConfig(steps=300, batch_tokens=64, held_out=0.2)


class DigitSumJob(Job):
    """The model, its batches, and how it does on sums that it has not seen."""

    losses = ("loss",)

    def __init__(self, network, settings, pairs):
        super().__init__(network, ClassificationObjective(nnx.graphdef(network)))
        self.seed, self.count = settings.seed, settings.training.batch_tokens // 2
        count = round(settings.training.held_out * len(pairs))
        self.held_out, self.train = np.split(pairs, [count])

    def examples(self, step):
        return self.count

    def rows(self, step, rows):
        draws = (np.random.default_rng([self.seed, step, row]) for row in rows)
        return self.batch(self.train[[draw.integers(len(self.train)) for draw in draws]])

    def batch(self, pairs):
        inputs = {"input_ids": pairs, "attention_mask": 0 * pairs + 1, "token_type_ids": 0 * pairs}
        return inputs | {"label": pairs.sum(axis=1), "weight": np.ones(len(pairs), np.float32)}

    def measure_on_the_way(self, parameters, step):
        return self.measure(parameters, [self.batch(self.held_out)])


class DigitSum(Task):
    """Predict the sum of two digits, each of them a token."""

    settings_class = DigitSumSettings
    title = "the sum of two digits, by a small BERT"

    def load(self):
        base = self.settings.base
        pairs = np.array([(a, b) for a in range(base) for b in range(base)], np.int32)
        return Loaded(np.random.default_rng(0).permutation(pairs), {"digits": f"{base}"})

    def build(self, prepared):
        base, width = self.settings.base, self.settings.width
        shape = {"hidden_size": width, "intermediate_size": 4 * width, "num_labels": 2 * base - 1}
        config = BertConfig(vocab_size=base, num_hidden_layers=2, num_attention_heads=2, **shape)
        network = BertForSequenceClassification(config, rngs=nnx.Rngs(self.settings.seed))
        return DigitSumJob(network, self.settings, prepared)

    def evaluate(self, job, parameters):
        value = job.measure_on_the_way(parameters, 0)["accuracy"]
        chance = (Baseline("", "by always saying the commonest sum", 1 / self.settings.base),)
        style = {"better": "higher", "unit": "%", "headline": True, "baselines": chance}
        return [Metric(name="accuracy", title="sums right", value=value, **style)]
