"""`zen-transformer generate --compare`: what temperature and top-p buy, and what they cost."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from zen_transformer.errors import UserError
from zen_transformer.evaluation.diversity import Overlap, TrainingText
from zen_transformer.evaluation.ngrams import NGrams
from zen_transformer.evaluation.quality import (
    HUMAN,
    WAYS,
    Comparison,
    Judge,
    Quality,
    Texts,
    gpt_judge,
    ngram_judge,
)
from zen_transformer.files import write_text
from zen_transformer.generation.decoding import Generator
from zen_transformer.inference.loading import load_gpt
from zen_transformer.inference.training_corpus import find_training_corpus
from zen_transformer.objectives.causal_lm import TextWindows
from zen_transformer.report.generation import plot_quality_diversity
from zen_transformer.tokenizers.base import Tokenizer

PROMPT_TOKENS = 12
SHOWN = 3
"""Memorised passages that are printed."""


def compare_ways(
    model: Path, samples: int, new_tokens: int, seed: int, judge: Path | None
) -> list[Quality]:
    """Write with each way to draw, measure, print, and draw `plots/quality_diversity.png` into the
    run's folder. The prompts come from documents that were held out."""
    if samples < 2:
        raise UserError(f"samples is {samples}: to compare, take at least 2, better 64")
    network, tokenizer = load_gpt(model)
    corpus = find_training_corpus(model).load()
    train, held_out = (
        TextWindows.from_documents(side, tokenizer) for side in (corpus.train, corpus.held_out)
    )
    prompts, human = pieces_of(held_out, samples, new_tokens, seed)
    judged = _judge(judge, tokenizer, train, len(prompts[0]) + new_tokens)
    comparison = Comparison(prompts, human, judged, TrainingText(np.concatenate(train.texts())))
    writer = Generator(network, [tokenizer.eos_id])
    seeds = range(seed, seed + samples)
    found: list[Quality] = []
    copied: list[tuple[Overlap, str, str]] = []
    for way in tqdm([HUMAN, *WAYS], desc="comparing", unit="way", disable=None):
        texts: Texts = human
        if way != HUMAN:
            texts = writer.generate(prompts, WAYS[way], max_new_tokens=new_tokens, seeds=seeds)
        quality, overlaps = comparison.of(way, texts)
        found.append(quality)
        if way != HUMAN:
            copied += [
                (overlap, way, tokenizer.decode(text[overlap.in_sample :][: overlap.length]))
                for overlap, text in zip(overlaps, texts, strict=True)
                if overlap.length > comparison.longest_by_chance
            ]
    _print(found, copied, comparison.longest_by_chance)
    rows = [quality._asdict() for quality in found]
    path = plot_quality_diversity(rows, HUMAN, model / "plots" / "quality_diversity.png")
    write_text(path.with_suffix(".json"), json.dumps(rows, indent=1) + "\n")
    print(f"drawn in {path}")
    return found


def pieces_of(
    held_out: TextWindows, samples: int, new_tokens: int, seed: int
) -> tuple[list[list[int]], list[list[int]]]:
    """Prompts from places that are drawn, and how the text goes on there."""
    length = PROMPT_TOKENS + new_tokens
    rows = held_out.batch([seed], range(samples), length)
    ids = [
        row[mask].tolist()
        for row, mask in zip(rows["input_ids"], rows["attention_mask"].astype(bool), strict=True)
    ]
    return [row[:PROMPT_TOKENS] for row in ids], [row[PROMPT_TOKENS:] for row in ids]


def _judge(folder: Path | None, tokenizer: Tokenizer, train: TextWindows, length: int) -> Judge:
    """Triples with Kneser–Ney smoothing, from the training text, or a GPT that is named."""
    if folder is None:
        return ngram_judge(NGrams(train.texts(), 3, tokenizer.vocab_size))
    network, other = load_gpt(folder)
    if other.fingerprint != tokenizer.fingerprint:
        raise UserError(
            f"{folder} cuts text into other tokens: a judge needs the same vocabulary; pretrain "
            "one with --vocabulary, or leave --judge out"
        )
    if length > network.config.n_positions:
        raise UserError(
            f"{length} tokens are to be judged, the judge has {network.config.n_positions} "
            "positions: ask for fewer by --max-new-tokens"
        )
    return gpt_judge(network)


def _print(
    found: Sequence[Quality], copied: list[tuple[Overlap, str, str]], by_chance: float
) -> None:
    names = "perplexity", "self-BLEU", "distinct-2", "entropy", "seq-rep-4", "overlap", "memorised"
    print(f"{'':17}" + "".join(f"{name:>12}" for name in names))
    for way, *figures in found:
        cells = ("–" if figure is None else f"{figure:.3g}" for figure in figures)
        print(f"{way:17}" + "".join(f"{cell:>12}" for cell in cells))
    print(
        f"memorised: more than {by_chance:.0f} tokens stand in the training text in one piece, "
        f"which is so of 5 in 100 texts by people; {len(copied)} texts"
    )
    for overlap, way, text in sorted(copied, key=lambda one: -one[0].length)[:SHOWN]:
        print(f"  {overlap.length} tokens, {way}: {text.strip()!r}")
