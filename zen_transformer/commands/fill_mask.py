"""`zen-transformer fill-mask`: the most probable words in place of [MASK]."""

from json import dumps
from pathlib import Path
from typing import Annotated, Literal

from tyro.conf import Positional, arg

from zen_transformer.commands.questions import answer_texts
from zen_transformer.errors import check_range
from zen_transformer.inference.bert import BATCH_SIZE, encode_question, fill_masks
from zen_transformer.inference.loading import load
from zen_transformer.models.bert import BertForMaskedLM
from zen_transformer.printing import print


def fill_mask(
    text: Annotated[tuple[str, ...], Positional, arg(metavar="[TEXT ...]")] = (),
    model: Path = Path("runs/quickstart"),
    top_k: int = 5,
    json: bool = False,
    batch_size: int = BATCH_SIZE,
    dtype: Literal["float32", "float64"] = "float32",
) -> None:
    """Guess the words behind [MASK].

    For example:

      zen-transformer fill-mask "the acting was [MASK] ."
      zen-transformer fill-mask "my fellow [MASK] , good evening ." --top-k 10
      zen-transformer fill-mask --json < sentences.txt > guesses.jsonl

    Args:
        text: one or more texts, each with at least one [MASK]; the lines of standard input
            in place of -, or if none are given.
        model: a run's folder, one in HuggingFace's layout, or the id of a model in its cache.
        top_k: number of guesses for each mask.
        json: print a JSON object a line: text, and for each of its masks a list of guesses
            with piece, id and probability.
        batch_size: number of texts computed together.
        dtype: of the computation; float64 needs JAX_ENABLE_X64=1.
    """
    check_range("top-k", top_k, 1)
    network, tokenizer = load(BertForMaskedLM, model, "model", dtype)
    for one, masks in answer_texts(
        text,
        lambda text: encode_question(network.config, tokenizer, text, masked=True),
        lambda encodings: fill_masks(network, tokenizer, encodings, top_k),
        batch_size,
    ):
        if json:
            rows = [
                [{"piece": p, "id": tokenizer.ids[p], "probability": x} for p, x in row]
                for row in masks
            ]
            print(dumps({"text": one, "masks": rows}, ensure_ascii=False), flush=True)
        else:
            print_guesses(one, [[(g.piece, g.probability) for g in row] for row in masks])


def print_guesses(text: str, masks: list[list[tuple[str, float]]]) -> None:
    """Print a text and, below it, the guesses for each of its masks."""
    print(f"  {text}")
    for row in masks:
        guesses = "   ".join(f"{piece} {probability:.0%}" for piece, probability in row)
        print(f"    {guesses}", flush=True)
