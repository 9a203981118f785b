"""`zen-transformer pretrain --task causal-lm`: the next token, from documents."""

from pathlib import Path
from typing import Annotated, Any

from tyro.conf import arg

from zen_transformer.data.documents import split_lines
from zen_transformer.data.splits import Corpus
from zen_transformer.runs.execution import ExecutionConfig
from zen_transformer.runs.folder import RunFolder
from zen_transformer.tasks.from_text import pretrain_from_text
from zen_transformer.tasks.gpt_pretraining import check_gpt_devices, gpt_pretraining_stage
from zen_transformer.tasks.gpt_settings import GPTSettings
from zen_transformer.tasks.text import (
    byte_pair_stage,
    made_from,
    read_corpus_with_progress,
    tokens_stage,
)
from zen_transformer.tokenizers.byte_pair import ByteLevelBPETokenizer


def pretrain_gpt(
    settings: Annotated[GPTSettings, arg(name="")] = GPTSettings(preset="gpt"),
    output: Path = Path("runs/gpt"),
    vocabulary: Path | None = None,
    resume: bool = False,
    overwrite: bool = False,
    execution: Annotated[ExecutionConfig, arg(name="")] = ExecutionConfig(),
) -> dict[str, Any]:
    """Pretrain a GPT from scratch: what comes next, at every place of a text.

    For example:

      zen-transformer pretrain --task causal-lm --output runs/gpt
      zen-transformer pretrain --task causal-lm --output runs/speeches --corpus sotu
      zen-transformer pretrain --task causal-lm --output runs/gpt --resume

    Args:
        output: the run's folder.
        vocabulary: folder of a byte-level BPE to use instead of learning one.
        resume: go on with the run in the folder, if there is one.
        overwrite: replace the run in the folder.
    """
    given = None if vocabulary is None else ByteLevelBPETokenizer.from_pretrained(vocabulary)

    def read() -> tuple[Corpus, dict[str, str]]:
        corpus = read_corpus_with_progress(settings.corpus, settings.pretraining.held_out)
        return corpus, made_from(corpus, given)

    def cut(run: RunFolder, corpus: Corpus) -> tuple[Any, ...]:
        tokenizer = byte_pair_stage(run, corpus, settings, given)
        return tokenizer, *tokens_stage(run, corpus, tokenizer, split_lines)

    return pretrain_from_text(
        output,
        settings,
        resume,
        overwrite,
        execution,
        check=check_gpt_devices,
        read=read,
        cut=cut,
        train=gpt_pretraining_stage,
    )
