"""`zen-transformer tag`: the tags of a text's words, by a fine-tuned tagger."""

from json import dumps
from pathlib import Path
from typing import Annotated, Literal

from tyro.conf import Positional, arg

from zen_transformer.commands.questions import answer_texts
from zen_transformer.errors import UserError
from zen_transformer.inference.bert import BATCH_SIZE, WordTag, encode_words, word_tags
from zen_transformer.inference.loading import load
from zen_transformer.models.bert import BertForTokenClassification
from zen_transformer.printing import print
from zen_transformer.tokenizers.words import split_words


def tag(
    text: Annotated[tuple[str, ...], Positional, arg(metavar="[TEXT ...]")] = (),
    model: Path = Path("runs/quickstart"),
    json: bool = False,
    batch_size: int = BATCH_SIZE,
    dtype: Literal["float32", "float64"] = "float32",
) -> None:
    """Say which tag each word of a text has, such as its part of speech.

    English is split into words as the Penn Treebank has them. Chinese is not segmented: set its
    words apart by spaces. Where no space stands between Chinese characters, each of them counts as
    a word, although the tagger learnt from words of several characters.

    For example:

      zen-transformer tag "The president asked the congress to pass the bill."
      zen-transformer tag "政府 决定 继续 改革 。" --model runs/chinese
      zen-transformer tag --json < sentences.txt > tags.jsonl

    Args:
        text: one or more sentences; the lines of standard input in place of -, or if none are
            given.
        model: a run's folder, that of a tagger in HuggingFace's layout, or an id in its cache.
        json: print a JSON object a line: text, and words with word, tag and probability.
        batch_size: number of sentences computed together.
        dtype: of the computation; float64 needs JAX_ENABLE_X64=1.
    """
    network, tokenizer = load(BertForTokenClassification, model, "tagger", dtype)
    if network.config.num_labels < 2:
        raise UserError(f"{model} knows one tag, not a choice of at least two: name another tagger")
    for number, (one, tagged) in enumerate(
        answer_texts(
            text,
            lambda text: encode_words(network.config, tokenizer, split_words(text)),
            lambda sentences: word_tags(network, tokenizer, sentences),
            batch_size,
        )
    ):
        if json:
            words = [word._asdict() for word in tagged]
            print(dumps({"text": one, "words": words}, ensure_ascii=False), flush=True)
        else:
            print_tags(tagged, blank=number > 0)


def print_tags(tagged: list[WordTag], blank: bool = False) -> None:
    """Print the words of a sentence, a line each; if asked for, behind a blank line."""
    if blank:
        print()
    for word in tagged:
        print(f"  {word.tag:7} {word.probability:4.0%}   {word.word}", flush=True)
