"""`zen-transformer compare-sampling`: what temperature and top-p buy, and what they cost."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from rich.table import Table
from rich.text import Text
from tqdm import tqdm

from zen_transformer.commands.console import VisibleConsole
from zen_transformer.errors import LARGEST, UserError, check_range
from zen_transformer.evaluation.diversity import TrainingText
from zen_transformer.evaluation.ngrams import NGrams
from zen_transformer.evaluation.quality import (
    HUMAN,
    SAMPLINGS,
    Quality,
    SamplingComparison,
    TokenIds,
    TokenScorer,
    gpt_token_scorer,
    ngram_token_scorer,
)
from zen_transformer.files import write_text
from zen_transformer.generation.decoding import Generator
from zen_transformer.inference.loading import load_gpt
from zen_transformer.inference.training_corpus import find_training_corpus
from zen_transformer.objectives.causal_lm import TextWindows
from zen_transformer.printing import print
from zen_transformer.report.generation import QualityPoint, plot_quality_diversity
from zen_transformer.runs.memory import check_texts
from zen_transformer.tokenizers.base import Tokenizer

PROMPT_TOKENS = 12
PASSAGES = 3
"""Number of memorised passages that are printed."""


class Passage(NamedTuple):
    """A stretch of a generated text that the training text has, too."""

    length: int
    """In tokens."""
    label: str
    """How the text was generated."""
    text: str


def compare_sampling(
    model: Path = Path("runs/gpt"),
    samples: int = 64,
    max_new_tokens: int = 60,
    seed: int = 0,
    judge: Path | None = None,
) -> list[Quality]:
    """Compare temperatures and values of top-p: what quality each gives for what diversity.

    A GPT continues beginnings of held-out documents of its run. The figures are printed, with the
    passages it knows by heart, and drawn as `plots/quality_diversity.png` in the run's folder,
    beside those of what people wrote there.

    For example:

      zen-transformer compare-sampling
      zen-transformer compare-sampling --model runs/gpt --samples 64 --max-new-tokens 40

    Args:
        model: a run's folder.
        samples: number of texts for each temperature and each top-p.
        max_new_tokens: number of tokens in a text.
        seed: of the beginnings and the samples.
        judge: the GPT whose perplexity is the measure of quality, with the same vocabulary; a
            trigram model of the training text, if not given.
    """
    check_range("max_new_tokens", max_new_tokens, 1)
    if samples < 2:
        raise UserError(f"samples is {samples}: to compare, take at least 2, better 64")
    check_range("seed", seed, 0, LARGEST - samples)
    network, tokenizer = load_gpt(model)
    check_texts(network.config, samples, PROMPT_TOKENS + max_new_tokens)
    corpus = find_training_corpus(model).load()
    train, held_out = (
        TextWindows.from_documents(side, tokenizer) for side in (corpus.train, corpus.held_out)
    )
    prompts, human = split_windows(held_out, samples, max_new_tokens, seed)
    scorer = _token_scorer(judge, tokenizer, train, len(prompts[0]) + max_new_tokens)
    comparison = SamplingComparison(prompts, human, scorer, TrainingText.from_windows(train))
    generator = Generator(network, [tokenizer.eos_id], pieces=tokenizer.vocab_size)
    seeds = range(seed, seed + samples)
    qualities, memorised = [comparison.measure(HUMAN, human)[0]], []
    for label, sampling in tqdm(SAMPLINGS.items(), desc="comparing", unit="sampling", disable=None):
        texts = generator.generate(prompts, sampling, max_new_tokens=max_new_tokens, seeds=seeds)
        quality, overlaps = comparison.measure(label, texts)
        qualities.append(quality)
        for (length, start, _), text in zip(overlaps, texts, strict=True):
            if length > comparison.longest_by_chance:
                copied = tokenizer.decode(text[start : start + length])
                memorised.append(Passage(length, label, copied))
    _print(qualities, memorised, comparison.longest_by_chance)
    path = plot_quality_diversity(
        [_point(quality) for quality in qualities], model / "plots" / "quality_diversity.png"
    )
    rows = [quality._asdict() for quality in qualities]
    write_text(path.with_suffix(".json"), json.dumps(rows, indent=1) + "\n")
    print(f"drawn in {path}")
    return qualities


def split_windows(
    held_out: TextWindows, samples: int, new_tokens: int, seed: int
) -> tuple[TokenIds, TokenIds]:
    """Draw windows of held-out text, each split into a prompt of `PROMPT_TOKENS` tokens and its
    continuation."""
    rows = held_out.batch([seed], range(samples), PROMPT_TOKENS + new_tokens)
    ids = [
        row[mask].tolist()
        for row, mask in zip(rows["input_ids"], rows["attention_mask"].astype(bool), strict=True)
    ]
    return [row[:PROMPT_TOKENS] for row in ids], [row[PROMPT_TOKENS:] for row in ids]


def _token_scorer(
    judge: Path | None, tokenizer: Tokenizer, train: TextWindows, length: int
) -> TokenScorer:
    """A trigram model of the training text, or the GPT that is named."""
    if judge is None:
        return ngram_token_scorer(NGrams(train.texts(), 3, tokenizer.vocab_size))
    network, other = load_gpt(judge)
    if other.fingerprint != tokenizer.fingerprint:
        raise UserError(
            f"{judge} cuts text into other tokens: a judge needs the same vocabulary; pretrain "
            "one with --vocabulary, or leave --judge out"
        )
    if length > network.config.n_positions:
        raise UserError(
            f"{length} tokens are to be judged, the judge has {network.config.n_positions} "
            "positions: ask for fewer by --max-new-tokens"
        )
    return gpt_token_scorer(network)


def _point(quality: Quality) -> QualityPoint:
    setting, _, value = quality.label.rpartition(" ")
    assert quality.self_bleu is not None  # there are at least two texts
    return QualityPoint(setting, value, 1 - quality.self_bleu, quality.perplexity)


def _print(qualities: Sequence[Quality], memorised: Sequence[Passage], by_chance: float) -> None:
    names = "perplexity", "self-BLEU", "distinct-2", "entropy", "seq-rep-4", "overlap", "memorised"
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("", no_wrap=True)
    for name in names:
        table.add_column(name, justify="right", no_wrap=True)
    for label, *figures in qualities:
        cells = ("–" if figure is None else f"{figure:.3g}" for figure in figures)
        table.add_row(*map(Text, (label, *cells)))
    VisibleConsole().print_table(table)
    print(
        f"memorised: more than {by_chance:.0f} tokens stand in the training text in one piece, "
        f"which is so of 5 in 100 texts by people; {len(memorised)} texts"
    )
    for length, label, text in sorted(memorised, key=lambda one: -one.length)[:PASSAGES]:
        print(f"  {length} tokens, {label}: {text.strip()!r}")
