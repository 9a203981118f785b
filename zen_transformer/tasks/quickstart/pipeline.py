"""The whole way in one folder: text, vocabulary, pretraining, fine-tuning, answers, a report."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from zen_transformer.data.labelled import LabelledData
from zen_transformer.data.splits import Corpus
from zen_transformer.data.tagged import TaggedData, why_missing
from zen_transformer.errors import UserError
from zen_transformer.printing import print
from zen_transformer.report.record import read_run
from zen_transformer.runs.execution import ExecutionConfig
from zen_transformer.runs.folder import MADE_FROM, RunFolder
from zen_transformer.tasks.bert.compute import flops_of_training
from zen_transformer.tasks.bert.settings import BertSettings
from zen_transformer.tasks.bert.task import BertPretraining, PretrainingData
from zen_transformer.tasks.classification import Classification, ClassificationSettings
from zen_transformer.tasks.curve_points import joined
from zen_transformer.tasks.quickstart.answers import answers_stage
from zen_transformer.tasks.quickstart.pace import (
    count_words,
    expected_quality,
    finetuning_flops,
    fit_steps,
    measure_rate,
    promise,
)
from zen_transformer.tasks.quickstart.settings import QuickstartSettings
from zen_transformer.tasks.registry import load_preset, part_of
from zen_transformer.tasks.reporting import report_commands, write_report
from zen_transformer.tasks.running import RunTarget, complete_summary
from zen_transformer.tasks.token_classification import (
    TokenClassification,
    TokenClassificationSettings,
)
from zen_transformer.training.parallelism import Parallelism

PACE = "pace.json"
"""The rate that was measured before the training, in FLOPs a second."""
TAGGED = TokenClassification.data_title


class LabelledSets(NamedTuple):
    """What is fine-tuned on."""

    texts: LabelledData
    sentences: TaggedData | None
    """None where tagging is left out."""

    def fingerprints(self) -> dict[str, str]:
        """What a run notes of them."""
        made_from = {Classification.data_title: self.texts.fingerprint}
        return made_from | ({TAGGED: self.sentences.fingerprint} if self.sentences else {})


class Tagging(TokenClassification):
    """Tagging as a part of the whole way, where its options have a group."""

    options = "tagging.finetuning."


class Tasks(NamedTuple):
    """The tasks that the whole way consists of."""

    pretraining: BertPretraining
    classification: Classification
    tagging: TokenClassification

    @classmethod
    def of(cls, settings: QuickstartSettings) -> "Tasks":
        """The tasks with their parts of the settings."""
        return cls(
            BertPretraining(part_of(BertSettings, settings)),
            Classification(part_of(ClassificationSettings, settings)),
            Tagging(part_of(TokenClassificationSettings, settings)),
        )

    def finetuning_flops(self, labelled: LabelledSets) -> float:
        """About how many FLOPs fine-tuning takes."""
        settings = self.pretraining.settings
        starts = 2 if settings.pretraining.start == "random" else 3
        model = settings.model
        words = [count_words(text) for text in labelled.texts.train.texts]
        flops = starts * finetuning_flops(model, self.classification.config, words)
        if labelled.sentences:
            words = [len(sentence) for sentence in labelled.sentences.train.words]
            flops += starts * finetuning_flops(model, self.tagging.config, words)
        return flops


def run_quickstart(
    settings: QuickstartSettings,
    target: RunTarget = RunTarget(),
    execution: ExecutionConfig = ExecutionConfig(),
    show: Callable[[dict[str, Any]], None] = lambda answers: None,
) -> dict[str, Any]:
    """Begin a run or go on with it.

    Args:
        settings: of all its stages.
        target: where the run is written; runs/PRESET, if it does not say.
        execution: on which devices it is run, and with which trackers.
        show: called with what the finished model answers.

    Returns:
        The run's summary.

    Raises:
        UserError: what the user gave cannot work.
    """
    if execution.distributed:
        raise UserError("quickstart runs in one process: pretrain --distributed, then finetune")
    parallelism = execution.join()
    run = RunFolder(target.output or Path("runs") / Path(settings.preset).stem)
    for task in Tasks.of(settings):
        task.check(parallelism)
    with run.locked():
        begun = None
        if target.resume and not target.overwrite and run.config.is_file() and not run.is_bare():
            begun = run.read_config()
            settings = _with_steps_of(begun, settings)
        run.check(settings, target.resume, target.overwrite)
        labelled = _load_labelled(Tasks.of(settings), begun)
        _say(1, f"Reading {', '.join(settings.corpus)}")
        corpus, made_from = Tasks.of(settings).pretraining.load()
        rate = None
        if begun is None or BertPretraining.stage not in run.stages():
            settings, rate = _promised(settings, labelled, parallelism, begun is not None)
        made_from |= labelled.fingerprints()
        run.begin(settings, target.resume, target.overwrite, made_from)
        if rate is not None:
            run.write_json(PACE, {"training_flops_per_second": rate})
        execution.track(run)
        trained = _train(Tasks.of(settings), labelled, run, corpus, parallelism, execution)
        _say(6, "Answers")
        texts = trained.prepared.tokenizer, trained.prepared.held_out, labelled.texts
        show(answers_stage(run, settings, *texts))
        summary = complete_summary(run, trained.summary | _pace(run))
        report = write_report(run.path)
    minutes = summary["seconds"] / 60
    print(f"\n{minutes:.1f} minutes. Everything is in {run.path}/; open {report} to see it.")
    print("Try:", *report_commands(read_run(run.path)), sep="\n  ")
    return summary


def _with_steps_of(begun: dict[str, Any], settings: QuickstartSettings) -> QuickstartSettings:
    """The settings with the steps that the minutes were fitted to when the run began, unless others
    were asked for."""
    config, usual = settings.pretraining, load_preset(settings.preset).pretraining.steps
    if (
        settings.minutes is None
        or begun.get("minutes") != settings.minutes
        or config.steps != usual
    ):
        return settings
    fitted = dataclasses.replace(config, steps=begun["pretraining"]["steps"])
    return dataclasses.replace(settings, pretraining=fitted)


def _load_labelled(tasks: Tasks, begun: dict[str, Any] | None) -> LabelledSets:
    """Read what is fine-tuned on. A new run leaves tagging out where its sentences are missing; one
    that was begun goes on as it was begun.

    Raises:
        UserError: there is no such data, or what a run was begun with is missing now.
    """
    name, sentences = tasks.tagging.settings.data, None
    if begun is not None and TAGGED not in begun.get(MADE_FROM, {}):
        print("tagging is left out, as it was when this run was begun")
    elif not name:
        print("tagging is left out: no tagged sentences are given")
    elif begun is None and (reason := why_missing(name)):
        print(f"tagging is left out: {reason}, then a new run")
    else:
        sentences = tasks.tagging.read()
    return LabelledSets(tasks.classification.read(), sentences)


def _promised(
    settings: QuickstartSettings, labelled: LabelledSets, parallelism: Parallelism, begun: bool
) -> tuple[QuickstartSettings, float]:
    """Measure how fast this machine trains, fit the steps to the minutes if they are given and
    nothing has begun, and say how long it will take; the settings, and FLOPs a second."""
    tasks = Tasks.of(settings)
    rate = measure_rate(tasks.pretraining.settings, parallelism)
    finetuning = tasks.finetuning_flops(labelled)
    if not begun and settings.minutes is not None:
        settings = fit_steps(settings, rate, finetuning)
    flops = flops_of_training(part_of(BertSettings, settings))
    print(promise(flops, finetuning, rate) + (", some of it done already" if begun else ""))
    if settings.minutes is not None:
        print(expected_quality(settings, flops))
    return settings, rate


class Trained(NamedTuple):
    """What the stages up to the answers have made."""

    prepared: PretrainingData
    summary: dict[str, Any]


def _train(
    tasks: Tasks,
    labelled: LabelledSets,
    run: RunFolder,
    corpus: Corpus,
    parallelism: Parallelism,
    execution: ExecutionConfig,
) -> Trained:
    """The vocabulary, the pretraining and the fine-tunings; what is finished is only read."""
    settings = tasks.pretraining.settings
    _say(2, f"A vocabulary of {settings.tokenizer.vocab_size:,} pieces, and the text cut into them")
    prepared = tasks.pretraining.prepare(run, corpus)
    vocabulary = prepared.tokenizer.vocabulary
    longest = max((p for p in vocabulary if p.isalpha()), key=len, default="none")
    print(f"{len(vocabulary):,} pieces; the longest whole word is {longest}")

    steps = settings.pretraining.steps
    _say(3, f"Pretraining: masked words and next sentences, {steps:,} steps")
    summary = tasks.pretraining.train(run, prepared, parallelism, execution)

    curves = []
    for number, task, data in (
        (4, tasks.classification, labelled.texts),
        (5, tasks.tagging, labelled.sentences),
    ):
        if data is not None:
            _say(number, f"Fine-tuning: {task.title}, {task.settings.data}")
            learnt_from = task.prepare(run, (run.model, data))
            curves.append(task.train(run, learnt_from, parallelism, execution))
    return Trained(prepared, joined(summary, curves))


def _pace(run: RunFolder) -> dict[str, float]:
    """The rate that was measured when the run began; nothing in runs of before."""
    return run.read_json(PACE) if (run.path / PACE).is_file() else {}


def _say(number: int, title: str) -> None:
    print(f"\n{number}/6  {title}", flush=True)
