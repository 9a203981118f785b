"""`zen-transformer quickstart`: from raw text to answers."""

from pathlib import Path
from typing import Annotated, Any

from tyro.conf import arg

from zen_transformer.commands.classify import print_classification
from zen_transformer.commands.fill_mask import print_guesses
from zen_transformer.data.labelled import LabelledData, load_labelled
from zen_transformer.data.splits import Corpus
from zen_transformer.errors import UserError
from zen_transformer.presets.loading import load_preset
from zen_transformer.report.page import commands, read_run, write_report
from zen_transformer.runs.execution import ExecutionConfig
from zen_transformer.runs.folder import RunFolder
from zen_transformer.tasks.answers import answers_stage
from zen_transformer.tasks.finetuning import finetuning_stage
from zen_transformer.tasks.pretraining import check_devices, pretraining_stage
from zen_transformer.tasks.settings import RunSettings
from zen_transformer.tasks.text import (
    read_corpus_with_progress,
    tokens_stage,
    vocabulary_stage,
)
from zen_transformer.training.parallelism import Parallelism


def quickstart(
    settings: Annotated[RunSettings, arg(name="")] = load_preset(),
    name: str | None = None,
    runs: Path = Path("runs"),
    resume: bool = False,
    overwrite: bool = False,
    execution: Annotated[ExecutionConfig, arg(name="")] = ExecutionConfig(),
) -> dict[str, Any]:
    """The whole way: text, vocabulary, pretraining, fine-tuning, answers, pictures, a report.

    About eleven minutes on two CPU cores with the preset quickstart.

    For example:

      zen-transformer quickstart
      zen-transformer quickstart --preset small --resume
      zen-transformer quickstart --name longer --pretraining.steps 30000
      zen-transformer quickstart --name mine --corpus my_texts/ --data my_labels.csv

    Args:
        name: of the run; its folder is runs/NAME. If not given, the preset's.
        runs: folder of all the runs.
        resume: go on with the run in the folder, if there is one; what is finished is not run
            again.
        overwrite: replace the run in the folder.
    """
    if execution.distributed:
        raise UserError("quickstart runs in one process: pretrain --distributed, then finetune")
    parallelism = execution.join()
    run = RunFolder(runs / (name or Path(settings.preset).stem))
    check_devices(parallelism, settings)
    data = load_labelled(settings.data)
    with run.locked():
        run.check(settings, resume, overwrite)
        _say(1, f"Reading {', '.join(settings.corpus)}")
        corpus = read_corpus_with_progress(settings.corpus, settings.pretraining.held_out)
        corpus.check_next_sentences()
        made_from = {"text": corpus.fingerprint, "labelled texts": data.fingerprint}
        run.begin(settings, resume, overwrite, made_from)
        execution.watch(run)
        return _run(run, settings, corpus, data, parallelism, execution)


def _run(
    run: RunFolder,
    settings: RunSettings,
    corpus: Corpus,
    data: LabelledData,
    parallelism: Parallelism,
    execution: ExecutionConfig,
) -> dict[str, Any]:
    config = settings.pretraining
    _say(2, f"A vocabulary of {settings.tokenizer.vocab_size:,} pieces, and the text cut into them")
    tokenizer = vocabulary_stage(run, corpus, settings)
    longest = max((p for p in tokenizer.vocabulary if p.isalpha()), key=len, default="none")
    print(f"{tokenizer.vocab_size:,} pieces; the longest whole word is {longest}")
    train, held_out = tokens_stage(run, corpus, tokenizer)

    _say(3, f"Pretraining: masked words and next sentences, {config.steps:,} steps")
    summary = pretraining_stage(run, settings, tokenizer, train, held_out, parallelism, execution)

    _say(4, f"Fine-tuning on {settings.data}, from {len(data.train):,} examples")
    summary |= finetuning_stage(run, run.model, tokenizer, data, settings.finetuning, settings.seed)

    _say(5, "Answers")
    answers = answers_stage(run, settings, tokenizer, held_out, data)
    _print_answers(answers)
    stages = run.stages()
    summary |= {"stages": stages, "seconds": sum(stages.values())}
    run.write_json("summary.json", summary)
    _print_end(run, summary["seconds"], write_report(run.path))
    return summary


def _say(number: int, title: str) -> None:
    print(f"\n{number}/5  {title}", flush=True)


def _print_answers(answers: dict[str, Any]) -> None:
    for entry in answers["fill_mask"]:
        print_guesses(entry["text"], [[tuple(g.values()) for g in row] for row in entry["after"]])
    print()
    for entry in answers["classify"]:
        print_classification(**entry)


def _print_end(run: RunFolder, seconds: float, report: Path) -> None:
    print(f"\n{seconds / 60:.1f} minutes. Everything is in {run.path}/; open {report} to see it.")
    print("Try:", *commands(read_run(run.path), str(run.path)), sep="\n  ")
