"""Prompts from documents, and how a GPT completes them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Annotated

import numpy as np
from tyro.conf import arg

from zen_transformer.data.corpora import Document
from zen_transformer.data.documents import split_lines
from zen_transformer.errors import UserError, check_range
from zen_transformer.generation.decoding import Generator
from zen_transformer.generation.sampling import Sampling
from zen_transformer.tokenizers.base import Tokenizer

BATCH_SIZE = 64
"""Number of prompts completed at once."""


@dataclass(frozen=True, kw_only=True)
class CompletionConfig:
    """How prompts are made and completed."""

    words: int = 3
    """Number of words in a prompt, where prompts are the beginnings of lines of documents."""
    max_new_tokens: int = 60
    """Maximum number of tokens to generate."""
    stop: str | None = "\\n"
    """End a completion behind this text; "\\n" ends it with the line."""
    sampling: Annotated[Sampling, arg(name="")] = field(
        default_factory=lambda: Sampling(temperature=0.8, top_p=0.95)
    )

    def __post_init__(self):
        check_range("words", self.words, 1)
        check_range("max_new_tokens", self.max_new_tokens, 1)


def line_beginnings(documents: Iterable[Document], words: int) -> list[str]:
    """The first words of every line that has more words than that, without duplicates."""
    lines = (line.split() for document in documents for line in split_lines(document.text))
    return list(dict.fromkeys(" ".join(line[:words]) for line in lines if len(line) > words))


def draw_prompts(
    documents: Iterable[Document],
    words: int,
    count: int,
    seed: int,
    exclude: Collection[str] = (),
) -> list[str]:
    """Draw different beginnings of lines.

    Args:
        documents: where the lines come from.
        words: number of words in a prompt.
        count: number of prompts.
        seed: decides which are drawn, and in which order; fewer prompts are the first of more.
        exclude: prompts that must not be drawn.

    Raises:
        UserError: there are fewer than `count`.
    """
    excluded = set(exclude)
    candidates = [line for line in line_beginnings(documents, words) if line not in excluded]
    if len(candidates) < count:
        raise UserError(
            f"{count} prompts were asked for, there are {len(candidates)} different beginnings of "
            f"{words} words: ask for fewer, or for longer ones with --words"
        )
    order = np.random.default_rng(seed).permutation(len(candidates))
    return [candidates[place] for place in order[:count]]


def complete(
    generator: Generator,
    tokenizer: Tokenizer,
    prompts: Sequence[str],
    config: CompletionConfig,
    first_seed: int,
) -> list[str]:
    """Complete each prompt once; the completions do not contain their prompts.

    Args:
        first_seed: the seed of the first prompt; the next one has the next seed, and so on.
    """
    ids = [tokenizer.text_ids(prompt) for prompt in prompts]
    completions = []
    for start in range(0, len(ids), BATCH_SIZE):
        batch = ids[start : start + BATCH_SIZE]
        seeds = range(first_seed + start, first_seed + start + len(batch))
        generated = generator.generate(
            batch, config.sampling, max_new_tokens=config.max_new_tokens, seeds=seeds
        )
        completions += [truncate_after(tokenizer.decode(row), config.stop) for row in generated]
    return completions


def truncate_before(text: str, stop: str | None) -> str:
    """The text up to where `stop` begins; all of it where `stop` is empty or does not occur."""
    return text.partition(_newlines(stop))[0] if stop else text


def truncate_after(text: str, stop: str | None) -> str:
    """The text up to where `stop` ends: a model that learns from it is to learn the end, too."""
    return "".join(text.partition(_newlines(stop))[:2]) if stop else text


def _newlines(stop: str) -> str:
    r"""Replace \n, as typed on a command line, by line breaks."""
    return stop.replace("\\n", "\n")
