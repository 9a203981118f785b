"""`zen-transformer pretrain --task translation` and `--task couplets`: a text of another."""

from pathlib import Path
from typing import Annotated, Any

from tyro.conf import arg

from zen_transformer.data.parallel_text import SplitPairs, split_pairs
from zen_transformer.runs.execution import ExecutionConfig
from zen_transformer.runs.folder import RunFolder
from zen_transformer.tasks.from_text import pretrain_from_text
from zen_transformer.tasks.seq2seq_pretraining import check_pair_devices, pair_pretraining_stage
from zen_transformer.tasks.seq2seq_scores import check_scores
from zen_transformer.tasks.seq2seq_settings import (
    AnyPairSettings,
    CoupletSettings,
    TranslationSettings,
)
from zen_transformer.tasks.seq2seq_text import pair_tokens_stage, pair_vocabulary_stage


def pretrain_translation(
    settings: Annotated[TranslationSettings, arg(name="")] = TranslationSettings(),
    output: Path = Path("runs/translation"),
    resume: bool = False,
    overwrite: bool = False,
    execution: Annotated[ExecutionConfig, arg(name="")] = ExecutionConfig(),
) -> dict[str, Any]:
    """Train an encoder–decoder from scratch to write one text of another, as a translator does.

    For example:

      zen-transformer pretrain --task translation
      zen-transformer pretrain --task translation --output runs/own --pairs texts.tsv
      zen-transformer pretrain --task translation --resume

    Args:
        output: the run's folder.
        resume: go on with the run in the folder, if there is one.
        overwrite: replace the run in the folder.
    """
    return pretrain_pairs(settings, output, resume, overwrite, execution)


def pretrain_couplets(
    settings: Annotated[CoupletSettings, arg(name="")] = CoupletSettings(),
    output: Path = Path("runs/couplets"),
    resume: bool = False,
    overwrite: bool = False,
    execution: Annotated[ExecutionConfig, arg(name="")] = ExecutionConfig(),
) -> dict[str, Any]:
    """Train an encoder–decoder from scratch to answer Chinese riddles, character by character.

    For example:

      zen-transformer pretrain --task couplets
      zen-transformer pretrain --task couplets --pretraining.steps 500
      zen-transformer pretrain --task couplets --resume

    Args:
        output: the run's folder.
        resume: go on with the run in the folder, if there is one.
        overwrite: replace the run in the folder.
    """
    return pretrain_pairs(settings, output, resume, overwrite, execution)


def pretrain_pairs(
    settings: AnyPairSettings,
    output: Path,
    resume: bool = False,
    overwrite: bool = False,
    execution: ExecutionConfig = ExecutionConfig(),
) -> dict[str, Any]:
    """What both do."""
    check_scores(settings.task)

    def read() -> tuple[SplitPairs, dict[str, str]]:
        split = split_pairs(settings.pairs, settings.pretraining.held_out)
        return split, {"text": split.fingerprint}

    def cut(run: RunFolder, split: SplitPairs) -> tuple[Any, ...]:
        tokenizer = pair_vocabulary_stage(run, split.train, settings)
        return tokenizer, split, *pair_tokens_stage(run, split, tokenizer, settings)

    return pretrain_from_text(
        output,
        settings,
        resume,
        overwrite,
        execution,
        check=check_pair_devices,
        read=read,
        cut=cut,
        train=pair_pretraining_stage,
    )
