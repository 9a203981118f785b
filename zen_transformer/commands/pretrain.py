"""`zen-transformer pretrain`: masked words and next sentences from documents."""

from pathlib import Path
from typing import Annotated, Any

from tyro.conf import arg

from zen_transformer.report.page import write_report
from zen_transformer.stages.presets import load_preset
from zen_transformer.stages.pretraining import check_devices, pretraining_stage
from zen_transformer.stages.running import Running, first_alone, is_first
from zen_transformer.stages.settings import PretrainSettings, part
from zen_transformer.stages.text import (
    read_corpus_with_progress,
    tokens_stage,
    vocabulary_stage,
)
from zen_transformer.text.wordpiece import WordPieceTokenizer


def pretrain(
    settings: Annotated[PretrainSettings, arg(name="")] = part(PretrainSettings, load_preset()),
    output: Path = Path("runs/pretrain"),
    vocabulary: Path | None = None,
    resume: bool = False,
    overwrite: bool = False,
    running: Annotated[Running, arg(name="")] = Running(),
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
    way = running.join()
    run = running.folder(output)
    check_devices(way, settings)
    with run.locked():
        with first_alone():
            run.check(settings, resume, overwrite)
            corpus = read_corpus_with_progress(settings.corpus, settings.pretraining.held_out)
            corpus.check_next_sentences()
            made_from = {"text": corpus.fingerprint}
            if given:
                made_from["vocabulary"] = given.fingerprint
            run.begin(settings, resume, overwrite, made_from)
            running.watch(run)
            tokenizer = vocabulary_stage(run, corpus, settings, given)
            train, held_out = tokens_stage(run, corpus, tokenizer)
        summary = pretraining_stage(run, settings, tokenizer, train, held_out, way, running)
        if not is_first():
            return summary
        stages = run.stages()
        summary |= {"stages": stages, "seconds": sum(stages.values())}
        run.write_json("summary.json", summary)
        print(f"everything is in {run.path}/; open {write_report(run.path)} to see it")
    return summary
