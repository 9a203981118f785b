"""`zen-transformer fill-mask`: what stands behind [MASK]?"""

from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import tyro
from flax import nnx

from zen_transformer.commands.loading import load
from zen_transformer.errors import UserError, check_range
from zen_transformer.layers.attention import softmax
from zen_transformer.models.bert import BertForMaskedLM
from zen_transformer.text.wordpiece import WordPieceTokenizer, pad


class Guess(NamedTuple):
    """A piece and its probability."""

    piece: str
    probability: float


def guesses(
    model: BertForMaskedLM, tokenizer: WordPieceTokenizer, texts: list[str], top_k: int = 5
) -> list[list[list[Guess]]]:
    """For every text, for every [MASK] in it, the most probable pieces, best first.

    Raises:
        UserError: a text without [MASK], or longer than the model has positions.
    """
    encodings = [tokenizer.encode(text) for text in texts]
    for text, encoding in zip(texts, encodings, strict=True):
        if tokenizer.mask_id not in encoding.ids:
            raise UserError(f"no [MASK] in {text!r}: write [MASK] where a word is to be guessed")
    batch = pad(encodings, tokenizer.pad_id)
    logits = nnx.jit(lambda model, batch: model(**batch).logits)(model, batch)
    probabilities = np.asarray(softmax(logits))

    def best(row: np.ndarray) -> list[Guess]:
        order = np.argsort(-row)[:top_k]
        return [Guess(tokenizer.vocabulary[i], float(row[i])) for i in order]

    return [
        [best(row) for row in probabilities[i][batch["input_ids"][i] == tokenizer.mask_id]]
        for i in range(len(texts))
    ]


def print_guesses(text: str, masks: list[list[Guess]]) -> None:
    """A text and, below it, the guesses for each of its masks."""
    print(f"  {text}")
    for row in masks:
        print("    " + "   ".join(f"{piece} {probability:.0%}" for piece, probability in row))


def fill_mask(
    text: Annotated[tuple[str, ...], tyro.conf.Positional],
    model: Path = Path("runs/quickstart"),
    top_k: int = 5,
) -> None:
    """Guess the words behind [MASK].

    For example:

      zen-transformer fill-mask "the acting was [MASK] ."
      zen-transformer fill-mask "my fellow [MASK] , good evening ." --top-k 10

    Args:
        text: one or more texts, each with at least one [MASK].
        model: a run's folder or a folder in HuggingFace's layout.
        top_k: guesses to print for each.
    """
    if not text:
        raise UserError('no text: give one, such as "the acting was [MASK] ."')
    check_range("top-k", top_k, 1)
    network, tokenizer = load(BertForMaskedLM, model, "model")
    for one, masks in zip(text, guesses(network, tokenizer, list(text), top_k), strict=True):
        print_guesses(one, masks)
