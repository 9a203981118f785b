"""`zen-transformer finetune`: a classifier from a pretrained BERT, against three others."""

from pathlib import Path
from typing import Annotated, Any

from tyro.conf import arg

from zen_transformer.checkpoints.files import fingerprint
from zen_transformer.data.labelled import load_labelled
from zen_transformer.inference.folders import model_folder
from zen_transformer.presets.loading import load_preset
from zen_transformer.report.page import write_report
from zen_transformer.runs.console import machine
from zen_transformer.runs.folder import RunFolder
from zen_transformer.tasks.finetuning import finetuning_stage
from zen_transformer.tasks.settings import FinetuneSettings, part
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer


def finetune(
    model: Path,
    settings: Annotated[FinetuneSettings, arg(name="")] = part(FinetuneSettings, load_preset()),
    output: Path = Path("runs/finetune"),
    resume: bool = False,
    overwrite: bool = False,
) -> dict[str, Any]:
    """Fine-tune a pretrained BERT to classify texts, and say what the pretraining was worth.

    The same model from random weights with the same budget, a bag-of-words logistic
    regression and the majority class are measured on the same test texts.

    For example:

      zen-transformer finetune --model runs/quickstart --finetuning.pooling mean
      zen-transformer finetune --model runs/quickstart --data reviews.csv --output runs/mine
      zen-transformer finetune --model runs/small --preset small --finetuning.examples 100 1000

    Args:
        model: a run's folder or a folder in HuggingFace's layout.
        output: the run's folder.
        resume: go on with the run in the folder, if there is one.
        overwrite: replace the run in the folder.
    """
    source = model_folder(model, "model")
    tokenizer = WordPieceTokenizer.from_pretrained(source)
    data = load_labelled(settings.data)
    run = RunFolder(output)
    made_from = {"pretrained model": fingerprint(source), "labelled texts": data.fingerprint}
    with run.locked():
        run.begin(settings, resume, overwrite, made_from)
        summary = finetuning_stage(run, source, tokenizer, data, settings.finetuning, settings.seed)
        stages = run.stages()
        summary |= {"machine": machine(), "stages": stages, "seconds": sum(stages.values())}
        run.write_json("summary.json", summary)
        print(f"everything is in {run.path}/; open {write_report(run.path)} to see it")
    return summary
