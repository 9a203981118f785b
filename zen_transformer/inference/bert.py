"""Answers of a trained model, text by text: what stands behind [MASK], which class is it, and which
tag has each word?"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float

from zen_transformer.errors import UserError
from zen_transformer.layers.attention import softmax
from zen_transformer.models.bert import (
    BertForMaskedLM,
    BertForSequenceClassification,
    BertForTokenClassification,
)
from zen_transformer.models.bert_config import BertConfig
from zen_transformer.models.compilation import forward_options, next_power_of_two
from zen_transformer.models.pretrained import PretrainedModel
from zen_transformer.tokenizers.encoding import Encoding, WordEncoding, pad
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


class LabelValue(NamedTuple):
    """A quantity, and the number that the model says for it."""

    label: str
    value: float


class WordTag(NamedTuple):
    """A word, its tag, and the tag's probability."""

    word: str
    tag: str
    probability: float


class WordsToTag(NamedTuple):
    """A sentence as the model takes it."""

    words: list[str]
    encoded: WordEncoding


def encode_question(
    config: BertConfig, tokenizer: WordPieceTokenizer, text: str, masked: bool = False
) -> Encoding:
    """A text as the model takes it.

    Raises:
        UserError: longer than the model has positions, or without the [MASK] that it needs.
    """
    encoding = tokenizer.encode(text)
    if masked and tokenizer.mask_id not in encoding.ids:
        shown = _shortened(text)
        raise UserError(f"no [MASK] in {shown!r}: write [MASK] where a word is to be guessed")
    _check_length(config, encoding, text)
    return encoding


def encode_words(
    config: BertConfig, tokenizer: WordPieceTokenizer, words: Sequence[str]
) -> WordsToTag:
    """The words of a sentence as the model takes them.

    Raises:
        UserError: no word, or more tokens than the model has positions.
    """
    if not words:
        raise UserError("a sentence has no word: give one at least")
    encoded = tokenizer.encode_words(words)
    _check_length(config, encoded.encoding, " ".join(words))
    return WordsToTag(list(words), encoded)


def _check_length(config: BertConfig, encoding: Encoding, text: str) -> None:
    if len(encoding) > config.max_position_embeddings:
        raise UserError(
            f"input has {len(encoding)} tokens, the model has {config.max_position_embeddings} "
            f"positions: shorten {_shortened(text)!r}"
        )


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"


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
    """For every text all labels, the most probable first. Where each label may be right for itself
    (`problem_type`), the probabilities do not sum to 1."""
    logits = _logits(model, _batch(encodings, tokenizer, model.config))
    independent = model.config.problem_type == "multi_label_classification"
    probabilities = np.asarray(sigmoid(logits) if independent else softmax(logits))
    probabilities, names = probabilities[: len(encodings)], _label_names(model.config)
    return [
        [LabelProbability(names[i], float(row[i])) for i in np.argsort(-row, kind="stable")]
        for row in probabilities
    ]


def sigmoid(logits: Float[Array, "*rows labels"]) -> Float[Array, "*rows labels"]:
    """1 / (1 + e^(−z)), without overflow."""
    return 0.5 * (1.0 + jnp.tanh(0.5 * logits))


def class_values(
    model: BertForSequenceClassification,
    tokenizer: WordPieceTokenizer,
    encodings: Sequence[Encoding],
) -> list[list[LabelValue]]:
    """For every text the numbers that a model of `problem_type` "regression" says, as they are."""
    logits = np.asarray(_logits(model, _batch(encodings, tokenizer, model.config)))
    names = _label_names(model.config)
    rows = logits[: len(encodings)].astype(float).tolist()
    return [[LabelValue(*pair) for pair in zip(names, row, strict=True)] for row in rows]


def word_tags(
    model: BertForTokenClassification,
    tokenizer: WordPieceTokenizer,
    sentences: Sequence[WordsToTag],
) -> list[list[WordTag]]:
    """For every sentence each of its words with the most probable tag at its first piece; a word of
    which the tokenizer leaves nothing has the tag "" and the probability 0."""
    batch = _batch([one.encoded.encoding for one in sentences], tokenizer, model.config)
    probabilities = np.asarray(softmax(_logits(model, batch)))
    names = _label_names(model.config)

    def tag(word: str, place: int | None, row: Float[np.ndarray, "length labels"]) -> WordTag:
        if place is None:
            return WordTag(word, "", 0.0)
        best = int(np.argmax(row[place]))
        return WordTag(word, names[best], float(row[place, best]))

    return [
        [
            tag(word, place, row)
            for word, place in zip(one.words, one.encoded.first_pieces, strict=True)
        ]
        for one, row in zip(sentences, probabilities[: len(sentences)], strict=True)
    ]


def tags(
    model: BertForTokenClassification,
    tokenizer: WordPieceTokenizer,
    sentences: Sequence[Sequence[str]],
) -> list[list[WordTag]]:
    """`word_tags` for any number of sentences, each given as its words.

    Raises:
        UserError: as in `encode_words`.
    """
    tagged: list[list[WordTag]] = []
    for start in range(0, len(sentences), BATCH_SIZE):
        part = sentences[start : start + BATCH_SIZE]
        encoded = [encode_words(model.config, tokenizer, words) for words in part]
        tagged += word_tags(model, tokenizer, encoded)
    return tagged


def _label_names(config: BertConfig) -> Sequence[str]:
    return config.label_names or [f"LABEL_{i}" for i in range(config.num_labels)]


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
    logits = _compiled()(graph, parameters, inputs)
    if not jnp.all(jnp.isfinite(logits)):
        raise UserError(
            "the model's answer is infinite or not a number: its weights are too large for "
            "float32, so take those of another training"
        )
    return logits


@cache
def _compiled() -> Callable[..., Array]:
    def logits(graph, parameters, inputs):
        return nnx.merge(graph, parameters)(**inputs).logits

    return jax.jit(logits, static_argnums=0, compiler_options=forward_options())
