"""`zen-transformer pretrain --task causal-lm`: the next token, from documents."""

from pathlib import Path
from typing import Annotated, Any

from tyro.conf import arg

from zen_transformer.report.page import write_report
from zen_transformer.stages.gpt_pretraining import check_gpt_devices, gpt_pretraining_stage
from zen_transformer.stages.gpt_settings import GPTSettings
from zen_transformer.stages.running import Running, first_alone, is_first
from zen_transformer.stages.text import byte_pair_stage, read_corpus_with_progress, tokens_stage
from zen_transformer.text.byte_pair import ByteLevelBPETokenizer
from zen_transformer.text.documents import split_lines


def pretrain_gpt(
    settings: Annotated[GPTSettings, arg(name="")] = GPTSettings(preset="gpt"),
    output: Path = Path("runs/gpt"),
    vocabulary: Path | None = None,
    resume: bool = False,
    overwrite: bool = False,
    running: Annotated[Running, arg(name="")] = Running(),
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
    way = running.join()
    run = running.folder(output)
    check_gpt_devices(way, settings)
    with run.locked():
        with first_alone():
            run.check(settings, resume, overwrite)
            corpus = read_corpus_with_progress(settings.corpus, settings.pretraining.held_out)
            made_from = {"text": corpus.fingerprint}
            if given:
                made_from["vocabulary"] = given.fingerprint
            run.begin(settings, resume, overwrite, made_from)
            running.watch(run)
            tokenizer = byte_pair_stage(run, corpus, settings, given)
            train, held_out = tokens_stage(run, corpus, tokenizer, split_lines)
        summary = gpt_pretraining_stage(run, settings, tokenizer, train, held_out, way, running)
        if not is_first():
            return summary
        stages = run.stages()
        summary |= {"stages": stages, "seconds": sum(stages.values())}
        run.write_json("summary.json", summary)
        print(f"everything is in {run.path}/; open {write_report(run.path)} to see it")
    return summary
