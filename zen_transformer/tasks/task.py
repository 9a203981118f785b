"""What a task is: whatever can be trained says what it reads, what learns from it, and how well.

Everything else (the run's folder, resuming, progress, devices, trackers, the report, the model
card, the comparison with other runs, the help on the command line) is written once, for all of
them. docs/add-a-task.md explains it by an example.
"""

import shlex
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Self

from zen_transformer.errors import UserError, check_finite, check_range
from zen_transformer.metric import Metric, flat_values
from zen_transformer.printing import print
from zen_transformer.report.curves import Curve, plot_training
from zen_transformer.report.page import curves, setting
from zen_transformer.report.record import RunRecord
from zen_transformer.report.section import Folded, Panels, Picture, Section, Table
from zen_transformer.runs.card import Card, time_taken
from zen_transformer.runs.config import TrainingConfig
from zen_transformer.runs.execution import ExecutionConfig, is_first
from zen_transformer.runs.folder import RunFolder
from zen_transformer.runs.job import Job
from zen_transformer.runs.trainer import Stage, Trainer
from zen_transformer.training.parallelism import Parallelism, check_divides


@dataclass(frozen=True, kw_only=True)
class TaskSettings:
    """All that decides what a run of a task gives. A task's own settings are a subclass, from which
    the command line is generated; a run's `config.json` keeps them."""

    task: ClassVar[str]
    """The name of the task."""

    group: ClassVar[str] = ""
    """The group among the settings of `quickstart` that holds those of this task that others have
    too, such as `data`; "" if they stand beside the groups."""

    preset: str = ""
    """A preset or a file like one; what is given here besides goes on top."""
    seed: int = 0
    """Of everything random; the same seed gives the same run."""

    def __post_init__(self):
        check_finite(self)
        check_range("seed", self.seed, 0)

    def with_positions(self, positions: int) -> Self:
        """The settings for a model of so many positions: texts that are longer become as long."""
        return self

    @property
    def training(self) -> TrainingConfig:
        """How the model is trained."""
        raise NotImplementedError(f"{type(self).__name__} has to say how it is trained")


class Loaded(NamedTuple):
    """The data of a task, and the fingerprints of all that it comes from, by what that is."""

    data: Any
    made_from: dict[str, str]


@dataclass(frozen=True)
class Inputs:
    """What a run starts from besides its settings."""

    model: Path | None = None
    """The folder of a pretrained model."""
    vocabulary: Path | None = None
    """The folder of a tokenizer to use instead of learning one."""


class Question(NamedTuple):
    """A command that asks a trained model something."""

    command: str
    text: str
    """What it may be asked."""
    kind: str = ""
    """Where `answers.json` has texts that the run itself has asked about."""
    field: str = "text"


class Task(ABC):
    """Something that can be trained.

    Args:
        settings: of the run.
        inputs: what it starts from.
    """

    settings_class: ClassVar[type[TaskSettings]]
    """Its settings; their `task` is its name."""
    title: ClassVar[str]
    """One line for help texts: what is learnt."""
    starts_from: ClassVar[type | None] = None
    """The class of the pretrained model that it starts from, if it does: `finetune` has such tasks,
    `pretrain` the others."""
    preset: ClassVar[str] = ""
    """The preset that its settings start from."""
    folder: ClassVar[str] = ""
    """The usual name of its runs; the task's, if not given."""
    examples: ClassVar[Sequence[str]] = ()
    """Commands that its help shows."""

    stage: ClassVar[str] = "training"
    """The name of its training in the metrics."""
    options: ClassVar[str] = "training."
    """What stands before its training's options on the command line."""
    stages: ClassVar[Sequence[str]] = ("training",)
    """All stages that a finished run has."""
    part: ClassVar[str] = "model"
    """The folder in the run that the trained model is written to."""
    question: ClassVar[Question | None] = None
    """What the finished model can be asked."""
    optional: ClassVar[bool] = False
    """Whether `quickstart` leaves it out where its data is not there."""
    measures: ClassVar[Sequence[str]] = ()
    """The models that `evaluate` measures by it: their `architectures` in config.json or, where no
    task has these, their `model_type`."""
    exported: ClassVar[str] = ""
    """What its exports may be called; after the task, if not given."""

    def __init__(self, settings: TaskSettings, inputs: Inputs = Inputs()):
        self.settings, self.inputs = settings, inputs

    # What a task has to say

    @abstractmethod
    def load(self) -> Loaded:
        """Read the data."""

    def prepare(self, run: RunFolder, data: Any) -> Any:
        """Make of the data what the model reads, such as a tokenizer and ids; what takes long is
        kept in the run's folder."""
        return data

    @abstractmethod
    def build(self, prepared: Any) -> Job:
        """The model, its objective and its batches."""

    @abstractmethod
    def evaluate(self, job: Job, parameters: Any) -> list[Metric]:
        """Measure the trained model on what was held out."""

    @classmethod
    def flops(cls, settings: Any) -> float | None:
        """Floating-point operations of the matrix products of the whole training, padding included;
        None where nobody counts them."""
        return None

    def measure_model(self, texts: str | None) -> list[Metric]:
        """Measure a trained model, that of its inputs.

        Args:
            texts: the path of texts of one's own, all of which are measured; None for what the
                settings hold out.

        Raises:
            UserError: the texts cannot be read, or the model is another one.
        """
        raise UserError(f"the task {self.name()} measures no models: choose another --task")

    # What it may say

    def check(self, parallelism: Parallelism) -> None:  # noqa: B027
        """Raise a `UserError` where the devices cannot share the work; called before anything is
        read."""

    def illustrate(self, run: RunFolder, job: Job, metrics: Sequence[Metric]) -> None:
        """Draw pictures of the finished training, and write its answers. By default losses and
        metrics are drawn over the steps."""
        plot_training(run.rows(self.stage), self.curves(job, metrics), run.plots, self.marks())

    def curves(self, job: Job, metrics: Sequence[Metric]) -> list[Curve]:
        """The curves that are drawn: by default of the losses and of all metrics."""
        losses = [Curve(name, name.replace("_", " ")) for name in job.losses or ("loss",)]
        return losses + [
            Curve(one.name, one.title, {b.title: b.value for b in one.baselines})
            for one in metrics
            if not one.subset
        ]

    def marks(self) -> dict[int, str]:
        """Steps at which something changes, and what stands there."""
        return {}

    def summarize(self, job: Job, metrics: Sequence[Metric]) -> dict[str, Any]:
        """What `summary.json` has besides the metrics themselves."""
        return flat_values(metrics)

    # Of a run's files

    @classmethod
    def metrics(cls, run: RunRecord) -> list[Metric]:
        """The metrics of this task in a run's folder."""
        return run.metrics or cls.former_metrics(run)

    @classmethod
    def former_metrics(cls, run: RunRecord) -> list[Metric]:
        """The metrics of a run that was written before they described themselves."""
        return []

    @classmethod
    def setup(cls, config: dict[str, Any]) -> list[tuple[str, str]]:
        """Rows of the report's first table: by default every setting that is no group."""
        rows = [("preset", f"{config.get('preset') or '–'}, seed {config.get('seed')}")]
        skipped = ("task", "version", "preset", "seed")
        for name, value in config.items():
            if not isinstance(value, dict) and name not in skipped:
                rows.append((name.replace("_", " "), setting(value)))
        return rows

    @classmethod
    def sections(cls, run: RunRecord) -> list[Section]:
        """The report's sections: by default the curves and the metrics."""
        return [training_section("Training", run, cls.stage, cls.metrics(run))]

    @classmethod
    def commands(cls, run: RunRecord, place: str) -> list[str]:
        """What can be asked of the finished model.

        Args:
            run: what its folder says.
            place: its folder, quoted for a shell.
        """
        if cls.stage not in run.stages:
            return []
        commands = []
        if question := cls.question:
            answers = run.answers.get(question.kind, [])
            text = shlex.quote(answers[0][question.field] if answers else question.text)
            commands.append(f"zen-transformer {question.command} {text} --model {place}")
        part = "" if cls.part == "model" else f"--part {cls.part} "
        name = cls.exported or f"my-{cls.name()}"
        return [*commands, f"zen-transformer export {place} {part}--output {name}"]

    @classmethod
    def card(cls, run: RunRecord, part: str) -> Card:
        """What its model card says."""
        what = f"A model for the task {cls.name()}: {cls.title}."
        return Card(what=what, metrics=run.metrics, training=time_taken(run.summary))

    # What is the same for all

    @classmethod
    def name(cls) -> str:
        """Its name on the command line, in a run's settings and in the registry."""
        return cls.settings_class.task

    def train(
        self, run: RunFolder, prepared: Any, parallelism: Parallelism, execution: ExecutionConfig
    ) -> dict[str, Any]:
        """Train, from the newest checkpoint on; write the model, pictures, answers and the summary,
        and give the latter. Where the training is finished, only read it; of several processes
        only the first writes, and has a summary to give."""
        if self.stage in run.stages():
            run.check_weights(self.part)
            return run.read_json("summary.json")
        job, config = self.build(prepared), self.settings.training
        check_divides(job.examples(0), parallelism.batch_shards, config.microbatches)
        stage = Stage(self.stage, options=self.options)
        trainer = Trainer(job, config, self.settings.seed, parallelism, stage)
        trainer.train(run, execution)
        if not is_first():
            return {}
        job.network.save_pretrained(run.path / self.part)
        metrics = self.evaluate(job, job.parameters())
        self.illustrate(run, job, metrics)
        rows = run.rows(self.stage)
        summary = (
            self.summarize(job, metrics)
            | {"metrics": [metric.as_json() for metric in metrics]}
            | trainer.facts(rows)
        )
        run.write_json("summary.json", summary)
        run.keep_checksum(self.part)
        run.finish(self.stage, rows[-1]["seconds"])
        print("on held-out data:", *(f"  {metric.line()}" for metric in metrics), sep="\n")
        return summary


def training_section(
    title: str, run: RunRecord, stage: str, metrics: Sequence[Metric], text: str = ""
) -> Section:
    """The section of a training: its curves and its metrics, or how far it has come.

    Args:
        title: of the section.
        run: what its folder says.
        stage: the training's name.
        metrics: the figures that it ended with.
        text: a paragraph to begin with.
    """
    if not (run.folder / "plots" / "losses.png").is_file():
        return Section(title, _progress(run, stage), missing=title)
    panels = Panels(
        [
            Picture("losses", "losses over the steps"),
            Picture("accuracies", "accuracies over the steps"),
        ]
    )
    speed = Folded(
        "learning rate and speed",
        [
            Picture("learning_rate", "learning rate over the steps"),
            Picture("throughput", "real tokens per second"),
        ],
    )
    return Section(title, [*filter(None, [text]), panels, metrics_table(metrics), speed])


def metrics_table(metrics: Sequence[Metric]) -> Table:
    """All metrics, with what each has to beat."""
    rows = [[one.label, one.with_deviation(), one.beside_baselines()] for one in metrics]
    return Table(["measured on held-out data", "", "to beat"], rows, frozenset({1}))


def _progress(run: RunRecord, stage: str) -> list[Any]:
    """How far an unfinished training has come, by its last line."""
    rows = run.rows(stage)
    if not rows:
        return []
    last = rows[-1]
    values = ", ".join(
        f"{name.replace('_', ' ')} {value:.3f}"
        for name, value in last.items()
        if name.endswith(("loss", "accuracy")) and not name.startswith("held_out")
    )
    steps = run.config.get(stage, {}).get("steps")
    of_all = f" of {steps:,}" if steps else ""
    drawn = curves({run.name: rows}, {})
    return [
        f"Not finished: {last['step']:,}{of_all} steps so far. On what it learns from: {values}; "
        "the curves are of held-out data.",
        Picture("so_far", "losses and accuracies over the steps", wide=True, source=drawn),
    ]
