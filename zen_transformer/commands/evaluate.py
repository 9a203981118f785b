"""`zen-transformer evaluate`: how well a pretrained BERT does on held-out documents."""

import json
import math
from pathlib import Path
from typing import Annotated

import jax
from flax import nnx
from tyro.conf import arg

from zen_transformer.commands.options import (
    HELP_OF_MODEL,
    flat,
    given_options,
    parse,
    starting_settings,
)
from zen_transformer.data.corpora import parse_mix
from zen_transformer.data.documents import tokenize_documents
from zen_transformer.data.splits import Corpus
from zen_transformer.errors import UserError
from zen_transformer.inference.loading import load
from zen_transformer.models.bert import BertForPreTraining
from zen_transformer.objectives.pretraining import PretrainingObjective
from zen_transformer.printing import print
from zen_transformer.tasks.bert.batches import evaluation_batches
from zen_transformer.tasks.bert.settings import BertSettings
from zen_transformer.training.loop import evaluate as evaluate_batches
from zen_transformer.training.step import make_evaluation

DESCRIPTION = """Measure masked words and next sentences on the held-out documents of a corpus.

For a run's folder the settings are that run's, and so the figures are those that it ended with;
another corpus can be given on top.

For example:

  zen-transformer evaluate --model runs/quickstart
  zen-transformer evaluate --model runs/quickstart --corpus movie-reviews"""


def command(arguments: list[str]) -> dict[str, float]:
    """Measure masked words and next sentences on the held-out documents of a corpus."""
    given = given_options(arguments)
    folder = Path(given.model) if given.model else None
    settings = starting_settings(BertSettings, given, "quickstart", folder)
    model = Annotated[Path, arg(help=HELP_OF_MODEL)]
    fields = {"model": (model, ...), "settings": (flat(BertSettings), settings)}
    options = parse("zen-transformer evaluate", DESCRIPTION, arguments, fields)
    return evaluate(options.model, options.settings)


def evaluate(model: Path, settings: BertSettings) -> dict[str, float]:
    """Measure a pretrained BERT and print the figures.

    Args:
        model: a run's folder, one in HuggingFace's layout, or the id of a model in its cache.
        settings: of a pretraining; what is held out and how it is measured follows from them.
    """
    config = settings.pretraining
    network, tokenizer = load(BertForPreTraining, model, "model", config.dtype)
    graph, parameters = nnx.split(network)
    names, mix = parse_mix(settings.corpus)
    documents = tokenize_documents(Corpus(names, config.held_out).held_out, tokenizer)
    objective = PretrainingObjective(graph, tokenizer, config.masking_rate, config.whole_words)
    result = evaluate_batches(
        jax.jit(make_evaluation(objective)),
        nnx.to_pure_dict(parameters),
        evaluation_batches(documents, tokenizer, config, mix, settings.seed),
        jax.random.key(settings.seed + 1),
    )
    for name, value in result.items():
        if not math.isfinite(value):
            raise UserError(f"{model}: the {name} is {value}: take weights of another training")
    print(json.dumps(result, indent=2))
    return result
