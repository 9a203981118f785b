"""`zen-transformer evaluate`: how well a pretrained BERT does on held-out documents."""

import json
from pathlib import Path

import jax
from flax import nnx

from zen_transformer.commands.loading import load
from zen_transformer.commands.pretrain import (
    PretrainingConfig,
    evaluation_batches,
    tokenize_with_progress,
)
from zen_transformer.commands.tokenizer import DEFAULT_CORPUS, read_documents
from zen_transformer.models.bert import BertForPreTraining
from zen_transformer.objectives.pretraining import PretrainingObjective
from zen_transformer.text.corpora import parse_mix
from zen_transformer.training.loop import evaluate as evaluate_batches
from zen_transformer.training.step import make_evaluation


def evaluate(
    model: Path,
    corpus: tuple[str, ...] = DEFAULT_CORPUS,
    pretraining: PretrainingConfig = PretrainingConfig(),
    seed: int = 0,
) -> dict[str, float]:
    """Measure masked words and next sentences on the held-out documents of a corpus.

    With the pretraining's own corpus and seed these are the figures that its run ended with.
    For example:

      zen-transformer evaluate --model runs/quickstart

    Args:
        model: a run's folder or a folder in HuggingFace's layout.
        corpus: as for pretrain.
        pretraining: length, masking rate and number of batches count here.
        seed: of the pairs and masks drawn.
    """
    network, tokenizer = load(BertForPreTraining, model, "model")
    graph, parameters = nnx.split(network)
    names, mix = parse_mix(corpus)
    _, held_out = read_documents(names, pretraining.held_out)
    documents = tokenize_with_progress(held_out, tokenizer, "tokenizing")
    objective = PretrainingObjective(
        graph, tokenizer, pretraining.masking_rate, pretraining.whole_words
    )
    result = evaluate_batches(
        jax.jit(make_evaluation(objective)),
        nnx.to_pure_dict(parameters),
        evaluation_batches(documents, tokenizer, pretraining, mix, seed),
        jax.random.key(seed + 1),
    )
    print(json.dumps(result, indent=2))
    return result
