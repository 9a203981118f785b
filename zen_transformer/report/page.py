"""A run's folder as one page that opens without a network: `report.html`.

Everything on it is read from the folder's files. What a run has not got yet, or will never
have, its section says.
"""

import base64
import json
from pathlib import Path
from typing import Any

from jinja2 import ChainableUndefined, Environment, FileSystemLoader

from zen_transformer.errors import UserError
from zen_transformer.files import write_text

PICTURES = {
    "learning_curves": "losses and accuracies over the steps",
    "learning_rate": "learning rate over the steps",
    "throughput": "real tokens per second",
    "attention_arcs": "one head, as arcs between tokens",
    "attention": "all heads, as tables",
    "embeddings": "vectors of some words before and after",
    "label_curve": "accuracy over the number of labelled examples",
}
STAGES = {
    "vocabulary": "learning the vocabulary",
    "tokens": "cutting the text into pieces",
    "pretraining": "pretraining",
    "finetuning": "fine-tuning",
    "answers": "answers and pictures",
}
MODELS = {
    "pretrained": "pretrained",
    "random_init": "random weights",
    "gain": "gain",
    "bag_of_words": "bag of words",
    "majority": "majority",
}


def write_report(folder: Path) -> Path:
    """Write `report.html` into a run's folder.

    Raises:
        UserError: the folder holds no run, or one of its files is damaged.
    """
    run = read_run(folder)
    html = (
        environment()
        .get_template("report.html.jinja")
        .render(
            name=folder.resolve().name,
            run=run,
            headlines=_headlines(run["summary"]),
            pictures=_pictures(folder / "plots"),
            stage_titles=STAGES,
            models=MODELS,
        )
    )
    path = folder / "report.html"
    write_text(path, html)
    return path


def read_run(folder: Path) -> dict[str, Any]:
    """The contents of a run's JSON files; nothing for those that are not there yet.

    Raises:
        UserError: the folder holds no run, or one of its files is damaged.
    """
    if not (folder / "stages.json").is_file():
        raise UserError(f"{folder} holds no run: give a folder that has a stages.json")
    names = ("config", "stages", "summary", "answers")
    return {name: _read(folder / f"{name}.json") for name in names}


def _read(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise UserError(f"{path} is not readable JSON: {error}") from error


def environment() -> Environment:
    """The templates of this folder. What comes from texts is escaped."""
    found = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {"percent": lambda x: f"{x:.1%}", "with_mask": _with_mask, "words": _words}
    return found


def _with_mask(text: str) -> list[str]:
    """The parts of a text between its masks."""
    return text.split("[MASK]")


def _words(value: Any) -> str:
    """A setting as people write it."""
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    if isinstance(value, int) and not isinstance(value, bool) and value >= 10_000:
        return f"{value:,}"
    return "–" if value is None or value == "" else str(value)


def _headlines(summary: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The figures to begin with: value, what it is, and what it has to beat."""
    found = []
    if "mlm_accuracy" in summary:
        found += [
            (
                f"{summary['mlm_accuracy']:.1%}",
                "of the masked words right",
                f"{summary['unigram_accuracy']:.1%} by always saying the most frequent piece",
            ),
            (
                f"{summary['nsp_accuracy']:.1%}",
                "of the next sentences told from others",
                "50% by chance",
            ),
        ]
    if "finetune" in summary:
        finetune = summary["finetune"]
        found.append(
            (
                f"{finetune['pretrained']['mean']:.1%}",
                "of the test texts put into the right class",
                f"{finetune['random_init']['mean']:.1%} from random weights, "
                f"{finetune['bag_of_words']['mean']:.1%} by a bag of words",
            )
        )
    return found


def _pictures(folder: Path) -> dict[str, dict[str, str]]:
    """The pictures that are there, each with what it shows, as data in the page itself."""
    found = {}
    for name, caption in PICTURES.items():
        path = folder / f"{name}.png"
        if path.is_file():
            data = base64.b64encode(path.read_bytes()).decode()
            found[name] = {"source": f"data:image/png;base64,{data}", "caption": caption}
    return found
