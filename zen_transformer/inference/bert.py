"""Answers of a trained model, text by text: what stands behind [MASK], and which class is it?"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

import jax
import numpy as np
from flax import nnx
from jaxtyping import Array, Float

from zen_transformer.errors import UserError
from zen_transformer.layers.attention import softmax
from zen_transformer.models.bert import BertForMaskedLM, BertForSequenceClassification
from zen_transformer.models.bert_config import BertConfig
from zen_transformer.models.compilation import forward_options, next_power_of_two
from zen_transformer.models.pretrained import PretrainedModel
from zen_transformer.tokenizers.encoding import Encoding, pad
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer

BATCH_SIZE = 32
NARROWEST = 16


class Guess(NamedTuple):
    """A piece and its probability."""

    piece: str
    probability: float


class LabelProbability(NamedTuple):
    """A label and its probability."""

    label: str
    probability: float


def encode_question(
    config: BertConfig, tokenizer: WordPieceTokenizer, text: str, masked: bool = False
) -> Encoding:
    """A text as the model takes it.

    Raises:
        UserError: longer than the model has positions, or without the [MASK] that it needs.
    """
    encoding = tokenizer.encode(text)
    shown = text if len(text) <= 60 else text[:57] + "…"
    if masked and tokenizer.mask_id not in encoding.ids:
        raise UserError(f"no [MASK] in {shown!r}: write [MASK] where a word is to be guessed")
    if len(encoding) > config.max_position_embeddings:
        raise UserError(
            f"input has {len(encoding)} tokens, the model has {config.max_position_embeddings} "
            f"positions: shorten {shown!r}"
        )
    return encoding


def fill_masks(
    model: BertForMaskedLM,
    tokenizer: WordPieceTokenizer,
    encodings: Sequence[Encoding],
    top_k: int = 5,
) -> list[list[list[Guess]]]:
    """For every text, for every [MASK] in it, the most probable pieces, best first."""
    batch, rows = _batch(encodings, tokenizer, model.config), range(len(encodings))
    places = [np.flatnonzero(ids == tokenizer.mask_id) for ids in batch["input_ids"]]
    positions = np.zeros((len(places), next_power_of_two(max(map(len, places)))), np.int32)
    for row, masks in zip(positions, places, strict=True):
        row[: len(masks)] = masks
    probabilities = np.asarray(softmax(_logits(model, batch | {"masked_positions": positions})))

    def best(row: Float[np.ndarray, " vocab"]) -> list[Guess]:
        order = np.argsort(-row[: tokenizer.vocab_size], kind="stable")[:top_k]
        return [Guess(tokenizer.vocabulary[i], float(row[i])) for i in order]

    return [[best(row) for row in probabilities[i, : len(places[i])]] for i in rows]


def class_probabilities(
    model: BertForSequenceClassification,
    tokenizer: WordPieceTokenizer,
    encodings: Sequence[Encoding],
) -> list[list[LabelProbability]]:
    """For every text all labels, the most probable first."""
    batch = _batch(encodings, tokenizer, model.config)
    probabilities = np.asarray(softmax(_logits(model, batch)))[: len(encodings)]
    names = model.config.label_names or [f"LABEL_{i}" for i in range(model.config.num_labels)]
    return [
        [LabelProbability(names[i], float(row[i])) for i in np.argsort(-row, kind="stable")]
        for row in probabilities
    ]


def guesses(
    model: BertForMaskedLM, tokenizer: WordPieceTokenizer, texts: Sequence[str], top_k: int = 5
) -> list[list[list[Guess]]]:
    """`fill_masks` for any number of texts."""
    best: list[list[list[Guess]]] = []
    for start in range(0, len(texts), BATCH_SIZE):
        part = texts[start : start + BATCH_SIZE]
        encodings = [encode_question(model.config, tokenizer, text, masked=True) for text in part]
        best += fill_masks(model, tokenizer, encodings, top_k)
    return best


def classifications(
    model: BertForSequenceClassification,
    tokenizer: WordPieceTokenizer,
    texts: Sequence[str],
    max_length: int | None = None,
) -> list[LabelProbability]:
    """The most probable label of any number of texts; they are cut at `max_length`, if given."""
    best: list[LabelProbability] = []
    for start in range(0, len(texts), BATCH_SIZE):
        encodings = [
            encode_question(model.config, tokenizer, text)
            if max_length is None
            else tokenizer.encode(text, max_length=max_length, truncation=True)
            for text in texts[start : start + BATCH_SIZE]
        ]
        best += [labels[0] for labels in class_probabilities(model, tokenizer, encodings)]
    return best


def _batch(
    encodings: Sequence[Encoding], tokenizer: WordPieceTokenizer, config: BertConfig
) -> dict[str, np.ndarray]:
    """Rows and width are powers of two, so that few shapes are ever compiled; the surplus rows
    repeat the last text."""
    longest = max(NARROWEST, *map(len, encodings))
    width = min(next_power_of_two(longest), config.max_position_embeddings)
    surplus = next_power_of_two(len(encodings)) - len(encodings)
    return pad([*encodings, *[encodings[-1]] * surplus], tokenizer.pad_id, width)


def _logits(model: PretrainedModel, inputs: dict[str, Any]) -> Array:
    graph, parameters = nnx.split(model)
    return _compiled()(graph, parameters, inputs)


@cache
def _compiled() -> Callable[..., Array]:
    def logits(graph, parameters, inputs):
        return nnx.merge(graph, parameters)(**inputs).logits

    return jax.jit(logits, static_argnums=0, compiler_options=forward_options())
