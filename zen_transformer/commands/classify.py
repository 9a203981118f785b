"""`zen-transformer classify`: into which class does a text belong?"""

from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import tyro
from flax import nnx

from zen_transformer.commands.loading import load
from zen_transformer.errors import UserError
from zen_transformer.layers.attention import softmax
from zen_transformer.models.bert import BertForSequenceClassification
from zen_transformer.text.wordpiece import WordPieceTokenizer, pad


class Classification(NamedTuple):
    """The most probable label and its probability."""

    label: str
    probability: float


def classifications(
    model: BertForSequenceClassification, tokenizer: WordPieceTokenizer, texts: list[str]
) -> list[Classification]:
    """The label of every text.

    Raises:
        UserError: a text longer than the model has positions.
    """
    batch = pad([tokenizer.encode(text) for text in texts], tokenizer.pad_id)
    logits = nnx.jit(lambda model, batch: model(**batch).logits)(model, batch)
    names = model.config.label_names or [f"LABEL_{i}" for i in range(model.config.num_labels)]
    return [
        Classification(names[int(np.argmax(row))], float(np.max(row)))
        for row in np.asarray(softmax(logits))
    ]


def print_classification(text: str, found: Classification) -> None:
    """A text behind its label."""
    print(f"  {found.label:10} {found.probability:4.0%}   {text}")


def classify(
    text: Annotated[tuple[str, ...], tyro.conf.Positional],
    model: Path = Path("runs/quickstart"),
) -> None:
    """Say which class a text belongs to.

    For example:

      zen-transformer classify "a warm , funny film ." "dull from start to end ."

    Args:
        text: one or more texts.
        model: a run's folder or a folder of a fine-tuned classifier in HuggingFace's layout.
    """
    if not text:
        raise UserError('no text: give one, such as "a warm , funny film ."')
    network, tokenizer = load(BertForSequenceClassification, model, "classifier")
    for one, found in zip(text, classifications(network, tokenizer, list(text)), strict=True):
        print_classification(one, found)
