"""What is a start worth? Variants of a model, trained on few examples and on many.

Every variant learns from the same examples, in the same order, with the same budget; baselines
stand beside them. Of fewer examples than all each seed draws its own, the same ones for every
variant. Each training goes through the trainer like any other, so it has meshes, bfloat16,
checkpoints and trackers, and is gone on with where it was stopped.
"""

import shutil
import time
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import jax
import numpy as np

from zen_transformer.errors import UserError, check_range
from zen_transformer.metric import Baseline, Metric, flat_values
from zen_transformer.report.curves import plot_learning_curve
from zen_transformer.report.record import RunRecord
from zen_transformer.report.section import Picture, Section, Table
from zen_transformer.runs.config import ComputeConfig, TrainingConfig
from zen_transformer.runs.console import machine
from zen_transformer.runs.execution import ExecutionConfig
from zen_transformer.runs.folder import RunFolder
from zen_transformer.runs.job import Job
from zen_transformer.runs.trainer import Stage, Trainer
from zen_transformer.tasks.task import Task
from zen_transformer.training.parallelism import Parallelism, check_divides

Point = dict[str, Any]
"""Of one number of examples: `examples`, and for each variant, the gain and each baseline `mean`,
`std` and the values of all `seeds`."""


@dataclass(frozen=True, kw_only=True)
class FinetuningConfig(ComputeConfig):
    """How a pretrained model is fine-tuned."""

    epochs: int = 2
    """Times every example is seen."""
    min_steps: int = 0
    """Minimum number of steps: few examples are seen more often."""
    batch_size: int = 32
    """Texts in a batch."""
    max_length: int = 64
    """Maximum number of tokens; longer texts are cut."""
    examples: tuple[int, ...] = ()
    """Also learn from only so many training examples, for a curve over their number."""
    dropout: float = 0.1
    """Dropout everywhere in the model."""
    seeds: int = 3
    """Repetitions, each with its own new layers, examples, order and dropout."""
    checkpoints: int = 2
    """Times the state of each training is written; it is removed when the training is finished."""

    def __post_init__(self):
        super().__post_init__()
        for name in ("epochs", "batch_size", "seeds", "checkpoints"):
            check_range(name, getattr(self, name), 1)
        check_range("min_steps", self.min_steps, 0)
        for count in self.examples:
            check_range("examples", count, 1)
        check_range("max_length", self.max_length, 8)
        check_range("dropout", self.dropout, 0, 0.999)

    def steps(self, count: int) -> int:
        """Steps in which so many examples are learnt from."""
        return max(self.min_steps, self.epochs * -(-count // self.batch_size))

    def training(self, count: int) -> TrainingConfig:
        """The training on so many examples."""
        compute = {name: getattr(self, name) for name in ComputeConfig.__dataclass_fields__}
        return TrainingConfig(
            steps=self.steps(count),
            batch_tokens=self.batch_size * self.max_length,
            reports=20,
            checkpoints=self.checkpoints,
            keep_checkpoints=1,
            **compute,
        )


class LearningCurveTask(Task):
    """A task whose models are compared with each other."""

    variants: ClassVar[Mapping[str, str]]
    """The trained variants and what they are called. The second one is what the gain of the first
    one is over; of the first one the best model is kept."""
    baselines: ClassVar[Mapping[str, str]] = {}
    """What is not trained by steps, and what it is called."""
    score: ClassVar[str] = "accuracy"
    """The metric that is compared."""
    score_title: ClassVar[str] = "accuracy on the test texts"
    headline: ClassVar[str] = "test texts put into the right class"

    # What such a task has to say

    @property
    @abstractmethod
    def config(self) -> FinetuningConfig:
        """How each variant is trained."""

    @abstractmethod
    def available(self, prepared: Any) -> int:
        """Number of examples to learn from."""

    @abstractmethod
    def variant_job(self, prepared: Any, variant: str, members: np.ndarray, seed: int) -> Job:
        """A variant before its first step, with these of the examples."""

    @abstractmethod
    def measure(self, job: Any, parameters: Any) -> dict[str, float]:
        """`validation_` and `test_` metrics of a trained variant."""

    @abstractmethod
    def baseline(self, prepared: Any, name: str, members: np.ndarray) -> float:
        """The test score of a baseline that has these of the examples."""

    @abstractmethod
    def keep(self, run: RunFolder, prepared: Any, job: Any) -> None:
        """Write a trained model into the run's folder."""

    # What is the same for all

    def check(self, parallelism: Parallelism) -> None:
        if jax.process_count() > 1:
            raise UserError("fine-tuning runs in one process: leave --distributed out")
        check_divides(self.config.batch_size, parallelism.batch_shards, self.config.microbatches)

    def build(self, prepared: Any) -> Job:
        """The first variant, on all examples."""
        everything = np.arange(self.available(prepared))
        return self.variant_job(prepared, next(iter(self.variants)), everything, self.settings.seed)

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
        if self.stage not in run.stages():
            for count in counts:
                for number in range(self.config.seeds):
                    seed = self.settings.seed + number
                    self._measure_all(run, prepared, count, seed, parallelism, execution)
        rows = run.rows(self.stage)
        points = [self._point(rows, count) for count in counts]
        path = run.plots / "label_curve.png"
        plot_learning_curve(points, {**self.variants, **self.baselines}, self.score_title, path)
        run.finish(self.stage, sum(row["seconds"] for row in rows))
        self._print(points)
        metrics = self.curve_metrics(points)
        names = [*self.variants, *self.baselines]
        return {
            "finetune": {name: points[-1][name] for name in names},
            "finetune_curve": points,
            "metrics": [metric.as_json() for metric in metrics],
            "machine": machine(),
        } | flat_values(metrics)

    def _counts(self, available: int) -> list[int]:
        """How many examples to learn from, the last time all."""
        for count in self.config.examples:
            if count > available:
                raise UserError(
                    f"finetuning.examples has {count:,}, there are {available:,} to learn from: "
                    "choose fewer"
                )
        return sorted({*self.config.examples, available})

    def _measure_all(
        self,
        run: RunFolder,
        prepared: Any,
        count: int,
        seed: int,
        parallelism: Parallelism,
        execution: ExecutionConfig,
    ) -> None:
        """All variants and baselines on the examples of a seed; what the metrics have already is
        left as it is."""
        rows, available = run.rows(self.stage), self.available(prepared)
        known = {(row["examples"], row["seed"], row["start"]) for row in rows}
        members = np.random.default_rng([seed, count]).permutation(available)[:count]
        members.sort()
        for name in (*self.variants, *self.baselines):
            if (count, seed, name) in known:
                continue
            began = time.perf_counter()
            if name in self.variants:
                scores = self._train_variant(
                    run, prepared, name, members, seed, parallelism, execution
                )
            else:
                score = self._known_baseline(rows, name, count, available)
                if score is None:
                    score = self.baseline(prepared, name, members)
                scores = {f"test_{self.score}": score}
            row = {"start": name, "examples": count, "seed": seed, **scores}
            row["seconds"] = time.perf_counter() - began
            run.log(self.stage, len(known), row)
            known.add((count, seed, name))

    def _train_variant(
        self,
        run: RunFolder,
        prepared: Any,
        name: str,
        members: np.ndarray,
        seed: int,
        parallelism: Parallelism,
        execution: ExecutionConfig,
    ) -> dict[str, float]:
        """Train one variant; its scores. A model is kept before its line is written: who is stopped
        in between repeats both."""
        count, scope = len(members), f"{name}-{len(members)}-{seed}"
        job = self.variant_job(prepared, name, members, seed)
        title = f"{count:,} examples, {self.variants[name]}, seed {seed}"
        stage = Stage(f"{self.stage}/{scope}", scope, self.options, title)
        trainer = Trainer(job, self.config.training(count), seed, parallelism, stage)
        trainer.train(run, execution)
        scores = self.measure(job, job.parameters())
        first = name == next(iter(self.variants))
        if first and count == self.available(prepared) and self._is_best(run, name, count, scores):
            self.keep(run, prepared, job)
        shutil.rmtree(run.checkpoints / scope, ignore_errors=True)
        return scores

    def _is_best(self, run: RunFolder, name: str, count: int, scores: dict[str, float]) -> bool:
        """Whether a model is better on the validation texts than all before it."""
        key = f"validation_{self.score}"
        others = [
            row[key]
            for row in run.rows(self.stage)
            if row["start"] == name and row["examples"] == count
        ]
        return scores[key] > max(others, default=-1.0)

    def _known_baseline(
        self, rows: list[dict[str, Any]], name: str, count: int, available: int
    ) -> float | None:
        """The score of a baseline on all examples, which no seed changes, if it is known."""
        for row in rows:
            if row["start"] == name and row["examples"] == count == available:
                return row[f"test_{self.score}"]
        return None

    def _point(self, rows: list[dict[str, Any]], count: int) -> Point:
        """The scores of one number of examples, and the gain, seed by seed."""
        chosen = [row for row in rows if row["examples"] == count]
        scores = {
            name: [row[f"test_{self.score}"] for row in chosen if row["start"] == name]
            for name in (*self.variants, *self.baselines)
        }
        first, second, *_ = (scores[name] for name in self.variants)
        scores["gain"] = [one - other for one, other in zip(first, second, strict=True)]
        return {"examples": count} | {name: over_seeds(values) for name, values in scores.items()}

    # What is said of it

    @classmethod
    def titles(cls) -> dict[str, str]:
        """Variants, the gain, baselines, and what they are called."""
        first, second, *others = cls.variants.items()
        return dict([first, second, ("gain", "gain"), *others, *cls.baselines.items()])

    @classmethod
    def curve_metrics(cls, points: Sequence[Point]) -> list[Metric]:
        """The metrics of a learning curve: the headline, and one for each point and variant."""
        last = points[-1]
        first, second, *others = (*cls.variants, *cls.baselines)
        titles = cls.titles()
        headline = Metric(
            name=f"test_{cls.score}",
            title=cls.headline,
            value=last[first]["mean"],
            better="higher",
            baselines=tuple(
                Baseline("", f"by {titles[name]}", last[name]["mean"])
                for name in (second, *others[:1])
            ),
            unit="%",
            on_labels=True,
            headline=True,
        )
        return [headline] + [
            Metric(
                name=name,
                title=title,
                value=point[name]["mean"],
                better="" if name in cls.baselines else "higher",
                signed=name == "gain",
                subset=f"{point['examples']:,} examples",
                deviation=point[name]["std"],
                on_labels=True,
            )
            for point in points
            for name, title in titles.items()
        ]

    def _print(self, points: Sequence[Point]) -> None:
        titles = self.titles()
        widths = [max(len(title), len("0.000 ± 0.000")) + 3 for title in titles.values()]
        print(f"{self.score_title}, mean ± deviation over the seeds:")
        heads = (title.ljust(w) for title, w in zip(titles.values(), widths, strict=True))
        print("  examples   " + "".join(heads).rstrip())
        for point in points:
            cells = (
                f"{point[name]['mean']:{'+' if name == 'gain' else ''}.3f} ± "
                f"{point[name]['std']:.3f}".ljust(width)
                for name, width in zip(titles, widths, strict=True)
            )
            print(f"  {point['examples']:8,}   " + "".join(cells).rstrip())

    @classmethod
    def former_metrics(cls, run: RunRecord) -> list[Metric]:
        return cls.curve_metrics(run.summary["finetune_curve"]) if "finetune" in run.summary else []

    @classmethod
    def curve_section(cls, title: str, text: str, run: RunRecord) -> Section:
        """The section of the curve: picture, means, and every seed."""
        points = run.summary.get("finetune_curve", [])
        if not points:
            return Section(title, missing=title)
        titles = cls.titles()
        names = list(titles)
        means = Table(
            ["examples", *titles.values()],
            [
                [f"{point['examples']:,}", *(_mean(point, name) for name in names)]
                for point in points
            ],
            frozenset(range(len(names) + 1)),
        )
        seeds = len(points[0][names[0]]["seeds"])
        every_seed = Table(
            ["examples", "", *(f"run {number + 1}" for number in range(seeds))],
            [
                [f"{point['examples']:,}", titles[name], *_seeds(point, name)]
                for point in points
                for name in names
            ],
            frozenset({0, *range(2, seeds + 2)}),
            folded="every seed",
        )
        caption = "scores over the number of labelled examples"
        picture = [Picture("label_curve", caption)] if len(points) > 1 else []
        said = f"{text} ± is the deviation over {seeds} seeds."
        return Section(title, [said, *picture, means, every_seed])


def over_seeds(values: Sequence[float]) -> dict[str, Any]:
    """Mean and sample deviation over the seeds (0 for a single one)."""
    deviation = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    return {"mean": float(np.mean(values)), "std": deviation, "seeds": list(values)}


def _mean(point: Point, name: str) -> str:
    sign = "+" if name == "gain" else ""
    return f"{point[name]['mean']:{sign}.3f} ± {point[name]['std']:.3f}"


def _seeds(point: Point, name: str) -> list[str]:
    sign = "+" if name == "gain" else ""
    return [f"{value:{sign}.3f}" for value in point[name]["seeds"]]
