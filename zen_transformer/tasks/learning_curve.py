"""What is a start worth? Variants of a model, trained on few examples and on many.

Every variant learns from the same examples, in the same order, with the same budget; baselines
stand beside them. Of fewer examples than all each seed draws its own, the same ones for every
variant. The learning rate of each variant may be chosen by the validation data, with other seeds
than those of the results. Each training goes through the trainer like any other, so it has meshes,
bfloat16, checkpoints and trackers, and is gone on with where it was stopped.
"""

import shutil
import time
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import numpy as np

from zen_transformer.errors import UserError
from zen_transformer.metric import Metric, flat_values
from zen_transformer.printing import print
from zen_transformer.report.curves import LearningCurve, plot_learning_curves
from zen_transformer.runs.console import machine
from zen_transformer.runs.execution import ExecutionConfig
from zen_transformer.runs.folder import RunFolder
from zen_transformer.runs.job import Job
from zen_transformer.runs.trainer import Stage, Trainer
from zen_transformer.tasks.curve_points import Point, computed, make_point, results
from zen_transformer.tasks.curve_report import CurveReport
from zen_transformer.tasks.finetuning import FinetuningConfig
from zen_transformer.training.loop import NotFiniteError
from zen_transformer.training.parallelism import Parallelism, check_divides

TUNING_SEED = 1000
"""How far the seeds that a learning rate is chosen by are from those of the results."""


class CurveJob(Job):
    """A variant with what it learns from."""

    def tflop(self, steps: int) -> float:
        """Floating-point operations of so many steps, in units of 10¹²; 0 where nobody counts
        them."""
        return 0.0


class LearningCurveTask(CurveReport):
    """A task whose models are compared with each other."""

    # What such a task has to say

    @property
    @abstractmethod
    def config(self) -> FinetuningConfig:
        """How each variant is trained."""

    @abstractmethod
    def available(self, prepared: Any) -> int:
        """Number of examples to learn from."""

    @abstractmethod
    def variant_job(self, prepared: Any, variant: str, members: np.ndarray, seed: int) -> CurveJob:
        """A variant before its first step, with these of the examples."""

    @abstractmethod
    def validate(self, job: Any, parameters: Any) -> dict[str, float]:
        """Metrics of a trained variant on the data that choices are made by."""

    @abstractmethod
    def test(self, job: Any, parameters: Any) -> dict[str, float]:
        """Metrics of a trained variant on the test data."""

    @abstractmethod
    def baseline(self, prepared: Any, name: str, members: np.ndarray) -> float:
        """The test score of a baseline that has these of the examples."""

    @abstractmethod
    def keep(self, run: RunFolder, prepared: Any, job: Any) -> None:
        """Write a trained model into the run's folder."""

    # What it may say

    def starts(self, prepared: Any) -> Sequence[str]:
        """The variants that this run trains; by default all."""
        return list(self.variants)

    # What is the same for all

    def check(self, parallelism: Parallelism) -> None:
        if jax.process_count() > 1:
            raise UserError("fine-tuning runs in one process: leave --distributed out")
        for name in self.config.rate_factors:
            if name not in self.variants:
                known = ", ".join(self.variants)
                raise UserError(f"{self.options}rate_factors has {name!r}: choose from {known}")
        check_divides(self.config.batch_size, parallelism.batch_shards, self.config.microbatches)

    def build(self, prepared: Any) -> CurveJob:
        """The first variant, on all examples."""
        everything = np.arange(self.available(prepared))
        return self.variant_job(prepared, next(iter(self.variants)), everything, self.settings.seed)

    def measure(self, job: Any, parameters: Any) -> dict[str, float]:
        """`validation_` and `test_` metrics of a trained variant."""
        measured = {"validation": self.validate, "test": self.test}
        return {
            f"{split}_{name}": value
            for split, metrics in measured.items()
            for name, value in metrics(job, parameters).items()
        }

    def evaluate(self, job: Job, parameters: Any) -> list[Metric]:
        """The scores of one trained variant."""
        values = self.measure(job, parameters)
        return [
            Metric(name=name, title=name.replace("_", " "), value=value, on_labels=True)
            for name, value in values.items()
        ]

    def train(
        self, run: RunFolder, prepared: Any, parallelism: Parallelism, execution: ExecutionConfig
    ) -> dict[str, Any]:
        """Train and measure what is not in the metrics yet; what the summary says of it."""
        counts = self._counts(self.available(prepared))
        if self.stage in run.stages():
            run.check_weights(self.part)
        else:
            trainings = CurveTrainings(self, run, prepared, counts[-1], parallelism, execution)
            for count in counts:
                trainings.complete(count)
            run.keep_checksum(self.part)
        rows = run.rows(self.stage)
        names = [*self.variants, *self.baselines]
        first = next(iter(self.variants))
        gains = {name: (first, other) for name, (_, other) in self.gains.items()}
        points = [make_point(rows, count, names, gains, f"test_{self.score}") for count in counts]
        titles = {**self.variants, **self.baselines}
        curve = LearningCurve(points, titles, self.score_title)
        plot_learning_curves([curve], run.plots / f"{self.picture}.png")
        run.finish(self.stage, sum(row["seconds"] for row in rows))
        self.print_curve(points)
        return self.curve_summary(points, computed(rows))

    def curve_summary(self, points: Sequence[Point], costs: dict[str, float]) -> dict[str, Any]:
        """What `summary.json` says of the curve.

        Args:
            points: of the curve.
            costs: `tflop` and `tuning_tflop` of its trainings.
        """
        metrics = self.curve_metrics(points)
        return {
            "curves": {self.stage: {"points": points, **costs}},
            "metrics": [metric.as_json() for metric in metrics],
            "machine": machine(),
        } | flat_values(metrics)

    def _counts(self, available: int) -> list[int]:
        """How many examples to learn from, the last time all, unless these have no seeds."""
        too_many = [count for count in self.config.examples if count > available]
        if too_many:
            counts = ", ".join(f"{count:,}" for count in too_many)
            print(f"{self.options}examples: {counts} left out, there are {available:,}")
        all_of_them = {available} if self.config.repetitions(True) else set()
        learnt_from = sorted({*self.config.examples} - {*too_many} | all_of_them)
        if not learnt_from:
            raise UserError(
                f"{self.options}all_seeds is 0, and there are no more than {available} examples: "
                f"choose fewer {self.options}examples"
            )
        return learnt_from


class Trial(NamedTuple):
    """One training of a learning curve."""

    variant: str
    examples: int
    """Number of examples to learn from."""
    seed: int
    learning_rate: float
    tuning: bool = False
    """Whether a learning rate is chosen by it; else it is a result."""

    @property
    def scope(self) -> str:
        """Its name in the run's folder."""
        name = f"{self.variant}-{self.examples}-{self.seed}"
        return f"{name}-{self.learning_rate:g}" if self.tuning else name


class CurveTrainings:
    """The trainings of a learning curve in a run's folder, and a line of the metrics for each; what
    has a line already is left as it is.

    Args:
        task: whose curve it is.
        run: the folder.
        prepared: what the task has prepared.
        most: the largest number of examples, of which the best model is kept.
        parallelism: how a step runs on the devices.
        execution: trackers and the like.
    """

    def __init__(
        self,
        task: LearningCurveTask,
        run: RunFolder,
        prepared: Any,
        most: int,
        parallelism: Parallelism,
        execution: ExecutionConfig,
    ):
        self.task, self.run, self.prepared, self.most = task, run, prepared, most
        self.parallelism, self.execution = parallelism, execution
        self.available = task.available(prepared)

    def complete(self, count: int) -> None:
        """All variants and baselines on so many examples, for all seeds."""
        config, starts = self.task.config, self.task.starts(self.prepared)
        rates = {name: self.learning_rate(name, count) for name in starts}
        for number in range(config.repetitions(count == self.available)):
            seed = self.task.settings.seed + number
            for name, rate in rates.items():
                self.result(Trial(name, count, seed, rate))
            for name in self.task.baselines:
                self.baseline(name, count, seed)

    # Learning rates

    def learning_rate(self, name: str, count: int) -> float:
        """The learning rate of a variant: of the candidates the one with the best validation score,
        in the mean over the seeds of tuning, of equals the first; without a choice the optimizer's
        times the variant's factor."""
        config = self.task.config
        if len(config.candidates) == 1:
            return config.candidates[0]
        if not config.candidates:
            return config.optimizer.learning_rate * config.rate_factors.get(name, 1.0)
        first = self.task.settings.seed + TUNING_SEED
        seeds = range(first, first + config.tuning_seeds)
        scores = {
            rate: np.mean(
                [self.validation_score(Trial(name, count, seed, rate, True)) for seed in seeds]
            )
            for rate in config.candidates
        }
        return max(scores, key=lambda rate: scores[rate])

    def validation_score(self, trial: Trial) -> float:
        """How well a variant does with a learning rate; 0 where its loss is no number any more."""
        score = f"validation_{self.task.score}"
        for row in self.run.rows(self.task.stage):
            if row.get("tuning") and _trial_of(row) == trial:
                return row[score]
        began, job = time.perf_counter(), self._job(trial)
        try:
            self._train(job, trial)
            measured = self.task.validate(job, job.parameters())
        except UserError as error:
            if not isinstance(error.__cause__, NotFiniteError):
                raise
            measured = {self.task.score: 0.0}
        values = {f"validation_{name}": value for name, value in measured.items()}
        self._log(trial, job, began, values)
        return values[score]

    # Results

    def result(self, trial: Trial) -> None:
        """Train and measure a variant. A model is kept before its line is written: who is stopped
        in between repeats both."""
        if self._is_known(*trial[:3]):
            return
        began, job = time.perf_counter(), self._job(trial)
        self._train(job, trial)
        scores = self.task.measure(job, job.parameters())
        if self._is_best(trial, scores):
            self.task.keep(self.run, self.prepared, job)
        self._log(trial, job, began, scores)

    def baseline(self, name: str, count: int, seed: int) -> None:
        """Measure a baseline; on all examples no seed changes it."""
        if self._is_known(name, count, seed):
            return
        began, key = time.perf_counter(), f"test_{self.task.score}"
        known = [row[key] for row in self._results(name, count) if count == self.available]
        if not known:
            known = [self.task.baseline(self.prepared, name, self._members(count, seed))]
        self._log_row({"start": name, "examples": count, "seed": seed, key: known[0]}, began)

    def _is_best(self, trial: Trial, scores: dict[str, float]) -> bool:
        """Whether a model of the first variant, made of the most examples, is better on the
        validation data than all such before it."""
        first, key = next(iter(self.task.variants)), f"validation_{self.task.score}"
        if trial.variant != first or trial.examples != self.most:
            return False
        others = (row[key] for row in self._results(first, trial.examples))
        return scores[key] > max(others, default=-1.0)

    # Trainings

    def _members(self, count: int, seed: int) -> np.ndarray:
        """The numbers of the examples of a seed."""
        members = np.random.default_rng([seed, count]).permutation(self.available)[:count]
        members.sort()
        return members

    def _job(self, trial: Trial) -> CurveJob:
        members = self._members(trial.examples, trial.seed)
        return self.task.variant_job(self.prepared, trial.variant, members, trial.seed)

    def _train(self, job: CurveJob, trial: Trial) -> None:
        task, rate = self.task, trial.learning_rate
        what = f"{trial.examples:,} examples, {task.variants[trial.variant]}"
        title = f"{what}, learning rate {rate:g}, seed {trial.seed}"
        stage = Stage(f"{task.stage}/{trial.scope}", self._checkpoints(trial), task.options, title)
        training = task.config.training(trial.examples, rate)
        Trainer(job, training, trial.seed, self.parallelism, stage).train(self.run, self.execution)

    def _checkpoints(self, trial: Trial) -> str:
        """The folder of a training's checkpoints; those of other stages are in others."""
        return f"{self.task.stage}-{trial.scope}"

    # Lines of the metrics

    def _results(self, name: str, count: int) -> list[dict[str, Any]]:
        """Those of a variant or baseline on so many examples."""
        return [
            row
            for row in results(self.run.rows(self.task.stage))
            if row["start"] == name and row["examples"] == count
        ]

    def _is_known(self, name: str, count: int, seed: int) -> bool:
        return seed in [row["seed"] for row in self._results(name, count)]

    def _log(self, trial: Trial, job: CurveJob, began: float, values: dict[str, float]) -> None:
        """Write the line of a training, which then needs no checkpoints any more."""
        row = {"start": trial.variant, "examples": trial.examples, "seed": trial.seed}
        row |= {"learning_rate": trial.learning_rate} | ({"tuning": True} if trial.tuning else {})
        row |= values | {"tflop": job.tflop(self.task.config.steps(trial.examples))}
        self._log_row(row, began)
        folder = self.run.checkpoints / self._checkpoints(trial)
        shutil.rmtree(folder, ignore_errors=True)

    def _log_row(self, row: dict[str, Any], began: float) -> None:
        number = len(self.run.rows(self.task.stage))
        seconds = {"seconds": time.perf_counter() - began}
        self.run.log(self.task.stage, number, row | seconds)


def _trial_of(row: dict[str, Any]) -> Trial:
    """The training that a line of the metrics is about."""
    tuning = row.get("tuning", False)
    return Trial(row["start"], row["examples"], row["seed"], row["learning_rate"], tuning)
