"""A run's model in HuggingFace's layout, with a model card made from the run."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined, UndefinedError

from zen_transformer.checkpoints.files import read_folder
from zen_transformer.errors import UserError
from zen_transformer.files import make_folder, read_json
from zen_transformer.runs.folder import RunFolder
from zen_transformer.tasks.writer_card import WRITERS, figures, texts_of
from zen_transformer.data.cards import CARDS
from zen_transformer.data.corpora import DATASETS, parse_mix

LANGUAGES = {
    "sotu": "en",
    "movie-reviews": "en",
    "rotten-tomatoes": "en",
    "chinese": "zh",
    "chinese-reviews": "zh",
    "kjv": "en",
    "web": "en",
    "xiehouyu": "zh",
}
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
        with TemporaryDirectory(prefix=f"{output.name}.", dir=output.parent) as temporary:
            whole = shutil.copytree(source, Path(temporary) / "whole")
            (whole / "README.md").write_text(card, "utf-8")
            if output.exists():
                output.rmdir()  # Windows does not rename onto an empty folder
            whole.replace(output)
    except (OSError, shutil.Error) as error:
        raise UserError(f"cannot write {output}: {error}") from error


def model_card(run: RunFolder, name: str, part: Part, licence: str | None) -> str:
    """The card, from what the run's files say.

    Raises:
        UserError: they lack something that the card has to say.
    """
    config, summary = read_json(run.config), run.read_json("summary.json")
    writer = WRITERS.get(config.get("task", "bert"))
    if writer and not summary:
        raise UserError(f"the run in {run.path} is not finished: go on with it by --resume")
    corpora = parse_mix(config["corpus"])[0] if "corpus" in config else []
    corpora = texts_of(config) if "pairs" in config else corpora
    labelled = [config["data"]] if part == "classifier" and "data" in config else []
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"duration": duration, "count": counted}
    try:
        template = "writer_card.md.jinja" if writer else "model_card.md.jinja"
        return environment.get_template(template).render(
            name=name,
            writer=writer,
            part=part,
            config=config,
            summary=summary,
            shape=read_json(run.path / part / "config.json"),
            licence=licence,
            languages=_languages([*corpora, *labelled]),
            learnt_from=", ".join(map(_name, labelled)),
            data="\n".join(map(_data, [*corpora, *labelled])),
            metrics=figures(summary) if writer else _metrics(run, summary, part),
            measured_on=_measured_on(config, part, corpora),
            limits=_limits(config, summary, part),
        )
    except (UndefinedError, KeyError) as error:
        raise UserError(
            f"{run.path} does not say what its card has to ({error}): run it again with --overwrite"
        ) from error


def duration(seconds: float) -> str:
    """Seconds as a person says it."""
    return f"{seconds:.0f} seconds" if seconds < 120 else f"{seconds / 60:.0f} minutes"


def counted(number: int, thing: str) -> str:
    """1 layer, 2 layers."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _limits(config: dict[str, Any], summary: dict[str, Any], part: Part) -> list[str]:
    """What this run's own figures say against it."""
    found = []
    if config.get("task") not in WRITERS and "pretraining" in config and "parameters" in summary:
        tokens = config["pretraining"]["steps"] * config["pretraining"]["batch_tokens"]
        found.append(
            f"It has {summary['parameters'] / 1e6:,.1f} million parameters and saw "
            f"{tokens / 1e6:,.0f} million tokens; BERT-base has 110 million and saw about 130,000 "
            "million."
        )
    if part == "model" and "mlm_accuracy" in summary:
        words, pairs = summary["mlm_accuracy"], summary["nsp_accuracy"]
        if words <= summary["unigram_accuracy"] + 0.01:
            found.append("It guesses masked words no better than the most frequent piece does.")
        if pairs < 0.55:
            found.append(f"It does not tell next sentences: {pairs:.1%} right, 50% by chance.")
    if part == "classifier" and "finetune" in summary:
        own = summary["finetune"]["pretrained"]["mean"]
        others = {
            "random_init": "the same model from random weights",
            "bag_of_words": "a bag of words",
        }
        better = [
            title for name, title in others.items() if summary["finetune"][name]["mean"] >= own
        ]
        if better:
            found.append(f"On its test texts {' and '.join(better)} did as well or better.")
    return found


def _languages(sources: list[str]) -> list[str]:
    """Those of the texts, if all of them are known."""
    if not set(sources) <= set(LANGUAGES):
        return []
    return sorted({LANGUAGES[source] for source in sources})


def _data(source: str) -> str:
    """The card of a text, one level down; of somebody's own only its name is known."""
    if source in CARDS:
        return "#" + CARDS[source].markdown()
    if source.startswith(DATASETS):
        return f"### {source}\n\nA data set of HuggingFace: its page there says under what terms.\n"
    return f"### {Path(source).name}\n\nTexts of one's own; their terms are not known here.\n"


def _measured_on(config: dict[str, Any], part: Part, corpora: list[str]) -> str:
    if part == "classifier":
        return f"the test texts of {_name(config['data'])}"
    fraction = config["pretraining"]["held_out"]
    names = ", ".join(map(_name, corpora))
    return f"held-out documents ({fraction:.0%}) of {names}"


def _name(source: str) -> str:
    """Without the folders of somebody's machine."""
    return source if source.startswith(DATASETS) else Path(source).name


def _metrics(run: RunFolder, summary: dict[str, Any], part: Part) -> list[dict[str, Any]]:
    if part == "classifier":
        return _classifier_metrics(run, summary["finetune"]) if "finetune" in summary else []
    if "mlm_accuracy" not in summary:
        return []
    found = [
        _metric("accuracy", "masked words right", summary, "mlm_accuracy", "unigram_accuracy"),
        _metric("loss", "masked words, loss in nats", summary, "mlm_loss", "unigram_loss"),
        _metric("accuracy", "next sentence right", summary, "nsp_accuracy"),
    ]
    if len(summary["by_corpus"]) > 1:
        for source, own in summary["by_corpus"].items():
            of = f" in {_name(source)}"
            found += [
                _metric("accuracy", f"masked words right{of}", own, "mlm_accuracy"),
                _metric("accuracy", f"next sentence right{of}", own, "nsp_accuracy"),
            ]
    return found


def _metric(
    kind: str, name: str, values: dict[str, Any], key: str, beaten: str = ""
) -> dict[str, Any]:
    """A line of the table; a next sentence is right by chance half the time."""
    chance = "0.500" if key == "nsp_accuracy" else ""
    baseline = f"{values[beaten]:.3f}" if beaten else chance
    return {"type": kind, "name": name, "value": values[key], "baseline": baseline}


def _classifier_metrics(run: RunFolder, finetune: dict[str, Any]) -> list[dict[str, Any]]:
    """Of the classifier in the folder, and of all that were made with it."""
    rows = [row for row in run.rows("finetuning") if row["start"] == "pretrained"]
    most = max(row["examples"] for row in rows)
    own = max(
        (row for row in rows if row["examples"] == most), key=lambda row: row["validation_accuracy"]
    )
    beat = (
        f"{finetune['random_init']['mean']:.3f} from random weights, "
        f"{finetune['bag_of_words']['mean']:.3f} by a bag of words"
    )
    mean, seeds = finetune["pretrained"]["mean"], len(finetune["pretrained"]["seeds"])
    this = {"type": "accuracy", "name": "accuracy of this classifier", "baseline": ""}
    all_of_them = {"type": "accuracy", "name": f"accuracy, mean of {seeds} seeds", "baseline": beat}
    return [this | {"value": own["test_accuracy"]}, all_of_them | {"value": mean}]
