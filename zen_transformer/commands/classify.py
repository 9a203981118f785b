"""`zen-transformer classify`: the class of a text, by a fine-tuned classifier."""

from json import dumps
from pathlib import Path
from typing import Annotated, Literal

import tyro

from zen_transformer.commands.questions import answer_texts
from zen_transformer.errors import UserError, check_range
from zen_transformer.inference.bert import BATCH_SIZE, class_probabilities, encode_question
from zen_transformer.inference.loading import load
from zen_transformer.models.bert import BertForSequenceClassification


def classify(
    text: Annotated[tuple[str, ...], tyro.conf.Positional] = (),
    model: Path = Path("runs/quickstart"),
    top_k: int = 1,
    json: bool = False,
    batch_size: int = BATCH_SIZE,
    dtype: Literal["float32", "float64"] = "float32",
) -> None:
    """Say which class a text belongs to.

    For example:

      zen-transformer classify "a warm , funny film ." "dull from start to end ."
      zen-transformer classify --json --top-k 2 < reviews.txt > labels.jsonl

    Args:
        text: one or more texts; the lines of standard input, if none are given.
        model: a run's folder or a folder of a fine-tuned classifier in HuggingFace's layout.
        top_k: number of labels for each text, the most probable first.
        json: print a JSON object a line: text, label, probability, and labels with all top-k.
        batch_size: number of texts computed together.
        dtype: of the computation; float64 needs JAX_ENABLE_X64=1.
    """
    check_range("top-k", top_k, 1)
    network, tokenizer = load(BertForSequenceClassification, model, "classifier", dtype)
    if network.config.num_labels < 2:
        raise UserError(
            f"{model} gives one number, not a choice of at least two labels: name a classifier "
            "with --model"
        )
    for one, classes in answer_texts(
        text,
        lambda text: encode_question(network.config, tokenizer, text),
        lambda encodings: class_probabilities(network, tokenizer, encodings),
        batch_size,
    ):
        if json:
            best = [entry._asdict() for entry in classes[:top_k]]
            print(dumps({"text": one, **best[0], "labels": best}, ensure_ascii=False), flush=True)
        else:
            for number, entry in enumerate(classes[:top_k]):
                print_classification("" if number else one, *entry)


def print_classification(text: str, label: str, probability: float) -> None:
    """Print a text behind its label."""
    print(f"  {label:10} {probability:4.0%}   {text}".rstrip(), flush=True)
