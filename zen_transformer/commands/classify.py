"""`zen-transformer classify`: the class of a text, by a fine-tuned classifier."""

from collections.abc import Callable
from json import dumps
from pathlib import Path
from typing import Annotated, Any, Literal

from tyro.conf import Positional, arg

from zen_transformer.commands.questions import answer_texts
from zen_transformer.errors import UserError, check_range
from zen_transformer.inference.bert import (
    BATCH_SIZE,
    class_probabilities,
    class_values,
    encode_question,
)
from zen_transformer.inference.loading import load
from zen_transformer.models.bert import BertForSequenceClassification
from zen_transformer.printing import print

Answers = Callable[..., list[Any]]


def classify(
    text: Annotated[tuple[str, ...], Positional, arg(metavar="[TEXT ...]")] = (),
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
        text: one or more texts; the lines of standard input in place of -, or if none are
            given.
        model: a run's folder, that of a classifier in HuggingFace's layout, or an id in its cache.
        top_k: number of labels for each text, the most probable first.
        json: print a JSON object a line: text, label, probability, and labels with all top-k; a
            model of problem_type regression has values instead of probabilities.
        batch_size: number of texts computed together.
        dtype: of the computation; float64 needs JAX_ENABLE_X64=1.
    """
    check_range("top-k", top_k, 1)
    network, tokenizer = load(BertForSequenceClassification, model, "classifier", dtype)
    regression = network.config.problem_type == "regression"
    if network.config.num_labels < 2 and not regression:
        raise UserError(
            f"{model} gives one number, not a choice of at least two labels: name a classifier "
            "with --model"
        )
    answer: Answers = class_values if regression else class_probabilities
    shown = slice(None if regression else top_k)
    for one, classes in answer_texts(
        text,
        lambda text: encode_question(network.config, tokenizer, text),
        lambda encodings: answer(network, tokenizer, encodings),
        batch_size,
    ):
        if json:
            best = [entry._asdict() for entry in classes[shown]]
            print(dumps({"text": one, **best[0], "labels": best}, ensure_ascii=False), flush=True)
        else:
            for number, entry in enumerate(classes[shown]):
                print_classification("" if number else one, *entry, regression=regression)


def print_classification(text: str, label: str, number: float, *, regression: bool = False) -> None:
    """Print a text behind its label and the label's probability or, of a regression, its value."""
    said = f"{number:.4g}" if regression else f"{number:4.0%}"
    print(f"  {label:10} {said}   {text}".rstrip(), flush=True)
