"""A run's folder as one page that opens without a network: `report.html`.

Everything on it is read from the folder's files. What a run has not got yet, or will never
have, its section says.
"""

import base64
import json
import math
import shlex
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jinja2 import ChainableUndefined, Environment, FileSystemLoader

from zen_transformer.errors import UserError
from zen_transformer.files import write_text
from zen_transformer.report.plots import Rows, plot_runs

PICTURES = {
    "losses": "losses over the steps",
    "accuracies": "accuracies over the steps",
    "learning_rate": "learning rate over the steps",
    "throughput": "real tokens per second",
    "attention_arcs": "one head, as arcs between tokens",
    "attention": "all heads, as tables",
    "cross_attention": "which words of one text those of the other came from",
    "embeddings": "vectors of some words before and after",
    "quality_diversity": "how good and how varied what it writes is, by temperature and top-p",
    "preferences": "what learning from choices won, how far it went for it, and what it cost",
    "label_curve": "accuracy over the number of labelled examples",
}
STAGES = {
    "vocabulary": "learning the vocabulary",
    "tokens": "cutting the text into pieces",
    "pretraining": "pretraining",
    "finetuning": "fine-tuning",
    "preference": "learning from choices",
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
    name = folder.resolve().name
    rows = pretraining_rows(folder)
    pictures = _pictures(folder / "plots")
    if rows and "losses" not in pictures:
        caption = "losses and accuracies over the steps"
        pictures["so_far"] = {"source": curves({name: rows}), "caption": caption}
    html = (
        environment()
        .get_template("report.html.jinja")
        .render(
            name=name,
            run=run,
            headlines=_headlines(run["summary"]),
            reached=rows[-1] if rows else None,
            pictures=pictures,
            # An absolute path is of this machine, and the page may be read on another.
            commands=commands(run, folder.name if folder.is_absolute() else folder.as_posix()),
            unfinished=not _expected(run["config"]) <= set(run["stages"]),
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
        raise UserError(
            f"{folder} holds no run: name the folder of one, where config.json and stages.json are"
        )
    names = ("config", "stages", "summary", "answers")
    return {name: _read(folder / f"{name}.json") for name in names}


def _read(path: Path) -> dict[str, Any]:
    try:
        return _object(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise _damaged(path, error) from error


def _object(text: str) -> dict[str, Any]:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError(f"it holds a {type(found).__name__}, not an object")
    return found


def _damaged(path: Path, error: ValueError) -> UserError:
    return UserError(
        f"{path} is not readable JSON: {error}; run its command again with --overwrite"
    )


def pretraining_rows(folder: Path) -> Rows:
    """The lines of the metrics that the pretraining wrote. A last one without its end is being
    written.

    Raises:
        UserError: another one is damaged.
    """
    path = folder / "metrics.jsonl"
    if not path.is_file():
        return []
    try:
        lines = path.read_text("utf-8").splitlines(keepends=True)
        rows = [_object(line) for line in lines if line.endswith("\n")]
    except ValueError as error:
        raise _damaged(path, error) from error
    return [row for row in rows if row.get("stage") == "pretraining"]


def curves(runs: dict[str, Rows]) -> str:
    """The curves of runs in one picture, as data in the page itself."""
    with TemporaryDirectory() as folder:
        return _as_data(plot_runs(runs, Path(folder) / "curves.png"))


def _as_data(picture: Path) -> str:
    return f"data:image/png;base64,{base64.b64encode(picture.read_bytes()).decode()}"


def environment() -> Environment:
    """The templates of this folder. What comes from texts is escaped."""
    found = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {"percent": lambda x: f"{x:.1%}", "with_mask": _with_mask}
    found.filters |= {"words": lambda x: f"{x:,}", "setting": setting}
    return found


def _with_mask(text: str) -> list[str]:
    """The parts of a text between its masks."""
    return text.split("[MASK]")


def setting(value: Any) -> str:
    """A setting as it is given on the command line."""
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    return "–" if value is None or value == "" else str(value)


def _expected(config: dict[str, Any]) -> set[str]:
    """The stages that a run with these settings has in the end."""
    found = {"vocabulary", "tokens", "pretraining"} if "pretraining" in config else set()
    found |= {"finetuning"} & set(config)
    return found | {"answers"} if len(found) > 3 else found


def commands(run: dict[str, Any], folder: str) -> list[str]:
    """What can be done with what is there, with the texts that the run was asked about."""
    place = shlex.quote(folder)

    def question(kind: str, otherwise: str) -> str:
        asked = run["answers"].get(kind, [])
        return shlex.quote(asked[0]["text"] if asked else otherwise)

    found = []
    if run["config"].get("task") == "causal-lm":
        begin = f'zen-transformer generate "And" --model {place}'
        return [begin, f"zen-transformer compare-runs {place} ANOTHER"] if run["stages"] else []
    if run["config"].get("pairs"):
        asked = run["answers"].get("pairs", [])
        text = shlex.quote(asked[0]["source"] if asked else "And it came to pass")
        written = "pretraining" in run["stages"]
        return [f"zen-transformer translate {text} --model {place}"] if written else []
    if "pretraining" in run["stages"]:
        text = question("fill_mask", "what a [MASK] film .")
        found += [f"zen-transformer fill-mask {text} --model {place}"]
    if "finetuning" in run["stages"]:
        text = question("classify", "not bad at all .")
        found += [f"zen-transformer classify {text} --model {place}"]
    if found:
        part = "" if "pretraining" in run["stages"] else "--part classifier "
        found += [
            f"zen-transformer export {place} {part}--output my-bert",
            f"zen-transformer compare-runs {place} ANOTHER",
        ]
    return found


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
    if "perplexity" in summary:
        trigram, unigram = (math.exp(summary[f"{name}_loss"]) for name in ("trigram", "unigram"))
        found.append(
            (
                f"{summary['perplexity']:.1f}",
                "perplexity of the next token",
                f"{trigram:.1f} by counting triples, {unigram:.1f} by counting single tokens",
            )
        )
    if "chrf" in summary:
        copied = f"{summary['copied_chrf']:.1f} by copying what was read"
        found.append((f"{summary['chrf']:.1f}", "chrF of what was written", copied))
    if "f1" in summary:
        looked_up = f"{summary['retrieval_f1']:.1%} by the answer to the most similar text"
        found.append((f"{summary['f1']:.1%}", "character F1 of what was written", looked_up))
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
            found[name] = {"source": _as_data(path), "caption": caption}
    return found
