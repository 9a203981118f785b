"""The model card of a run: what a task says about its model, as HuggingFace's cards have it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, UndefinedError

from zen_transformer.data.cards import CARDS
from zen_transformer.data.corpora import DATASETS
from zen_transformer.errors import UserError
from zen_transformer.metric import Metric
from zen_transformer.printing import one_line, visible

LANGUAGES = {
    "sotu": "en",
    "movie-reviews": "en",
    "rotten-tomatoes": "en",
    "chinese": "zh",
    "chinese-reviews": "zh",
    "kjv": "en",
    "web": "en",
    "xiehouyu": "zh",
    "conll2003-pos": "en",
    "chinese-pos": "zh",
}
MARKUP = re.compile(r"([\\`*_\[\]<>|~&])")
"""What begins something else than text within a line of Markdown."""


@dataclass(frozen=True, kw_only=True)
class Card:
    """What the card of one model says."""

    what: str
    """What the model is, and what its size is."""
    tags: Sequence[str] = ()
    pipeline: str = ""
    """HuggingFace's name of what it does."""
    auto_class: str = ""
    """The class of `transformers` that opens it."""
    command: str = ""
    """The command that asks it."""
    remark: str = ""
    """What has to be known to use it."""
    sources: Sequence[str] = ()
    """Names of the corpora and labelled texts that it learnt from."""
    training: str = ""
    metrics: Sequence[Metric] = ()
    measured_on: str = "held-out data"
    limits: Sequence[str] = ()
    about: str = "how such models work"
    """What can be learnt by making it."""


def write_card(
    card: Card, name: str, shape: dict[str, Any], version: str, licence: str | None
) -> str:
    """The text of a card.

    Args:
        card: what it says.
        name: of the model.
        shape: its `config.json`.
        version: of this package that made it.
        licence: on what terms the weights may be used, as HuggingFace abbreviates it.

    Raises:
        UserError: the run's files lack something that a card has to say.
    """
    environment = Environment(
        finalize=lambda value: visible(value) if isinstance(value, str) else value,
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["in_markdown"] = in_markdown
    try:
        return environment.get_template("model_card.md.jinja").render(
            name=name,
            card=card,
            shape=shape,
            version=version,
            licence=licence,
            languages=languages(card.sources),
            data="\n".join(map(_data, card.sources)),
        )
    except UndefinedError as error:
        raise UserError(
            f"the run does not say what its card has to ({error}): run it again with --overwrite"
        ) from error


def languages(sources: Sequence[str]) -> list[str]:
    """The languages of the texts, if those of all of them are known."""
    if not set(sources) <= set(LANGUAGES):
        return []
    return sorted({LANGUAGES[source] for source in sources})


def in_markdown(text: str) -> str:
    """A name or a label of somebody as Markdown that shows it as it is."""
    return MARKUP.sub(r"\\\1", one_line(text))


def source_name(source: str) -> str:
    """A text's name without the folders of somebody's machine."""
    return source if source.startswith(DATASETS) else Path(source).name


def duration(seconds: float) -> str:
    """Seconds as a person says it."""
    return f"{seconds:.0f} seconds" if seconds < 120 else f"{seconds / 60:.0f} minutes"


def counted(number: int, thing: str) -> str:
    """1 layer, 2 layers."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def optimizer_in_words(optimizer: dict[str, Any], learning_rate: float | None = None) -> str:
    """Say which optimizer a model was trained with, and its learning rate.

    Args:
        optimizer: its settings, as `config.json` has them; those of before have no name.
        learning_rate: another one than stands there.
    """
    name = "AdamW"
    if optimizer.get("name") == "muon":
        name = "Muon for the matrices of the blocks, AdamW for the rest,"
    rate = optimizer["learning_rate"] if learning_rate is None else learning_rate
    return f"{name} with a learning rate of {rate}"


def time_taken(summary: dict[str, Any]) -> str:
    """How long a training took, and on what machine; nothing where that is not known."""
    seconds, machine = summary.get("pretraining_seconds"), summary.get("machine")
    if seconds is None:
        seconds = summary.get("training_seconds")
    if seconds is None or machine is None:
        return ""
    return (
        f"It took {duration(seconds)} on {machine['device']} ({machine['processor']}, "
        f"{machine['cpu_cores']} cores)."
    )


def _data(source: str) -> str:
    """The card of a text, one level down; of somebody's own text only the name is known."""
    if source in CARDS:
        return "#" + CARDS[source].markdown()
    if source.startswith(DATASETS):
        terms = "A data set of HuggingFace: its page there says under what terms."
    else:
        terms = "Texts of one's own; their terms are not known here."
    return f"### {in_markdown(source_name(source))}\n\n{terms}\n"
