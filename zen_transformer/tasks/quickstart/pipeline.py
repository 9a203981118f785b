"""The whole way in one folder: text, vocabulary, pretraining, fine-tuning, answers, a report."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from zen_transformer.data.labelled import load_labelled
from zen_transformer.errors import UserError
from zen_transformer.presets.overrides import subset
from zen_transformer.report.record import read_run
from zen_transformer.runs.execution import ExecutionConfig
from zen_transformer.runs.folder import RunFolder
from zen_transformer.tasks.bert.settings import BertSettings
from zen_transformer.tasks.bert.task import BertPretraining
from zen_transformer.tasks.classification import Classification, ClassificationSettings
from zen_transformer.tasks.quickstart.answers import answers_stage
from zen_transformer.tasks.quickstart.settings import QuickstartSettings
from zen_transformer.tasks.reporting import report_commands, write_report
from zen_transformer.tasks.running import RunTarget, complete_summary


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
    pretraining = BertPretraining(subset(BertSettings, settings))
    classification = Classification(subset(ClassificationSettings, settings))
    pretraining.check(parallelism)
    classification.check(parallelism)
    labelled = load_labelled(settings.data)
    with run.locked():
        run.check(settings, target.resume, target.overwrite)
        _say(1, f"Reading {', '.join(settings.corpus)}")
        corpus, made_from = pretraining.load()
        made_from |= {"labelled texts": labelled.fingerprint}
        run.begin(settings, target.resume, target.overwrite, made_from)
        execution.track(run)

        size = settings.tokenizer.vocab_size
        _say(2, f"A vocabulary of {size:,} pieces, and the text cut into them")
        prepared = tokenizer, _, held_out = pretraining.prepare(run, corpus)
        longest = max((p for p in tokenizer.vocabulary if p.isalpha()), key=len, default="none")
        print(f"{tokenizer.vocab_size:,} pieces; the longest whole word is {longest}")

        steps = settings.pretraining.steps
        _say(3, f"Pretraining: masked words and next sentences, {steps:,} steps")
        summary = pretraining.train(run, prepared, parallelism, execution)

        _say(4, f"Fine-tuning on {settings.data}, from {len(labelled.train):,} examples")
        variants = classification.prepare(run, (run.model, labelled))
        tuned = classification.train(run, variants, parallelism, execution)
        metrics = [one for one in summary["metrics"] if not one["on_labels"]] + tuned["metrics"]
        summary = summary | tuned | {"metrics": metrics, "machine": summary["machine"]}

        _say(5, "Answers")
        answers = answers_stage(run, settings, tokenizer, held_out, labelled)
        show(answers)
        summary = complete_summary(run, summary)
        report = write_report(run.path)
    minutes = summary["seconds"] / 60
    print(f"\n{minutes:.1f} minutes. Everything is in {run.path}/; open {report} to see it.")
    print("Try:", *report_commands(read_run(run.path)), sep="\n  ")
    return summary


def _say(number: int, title: str) -> None:
    print(f"\n{number}/5  {title}", flush=True)
