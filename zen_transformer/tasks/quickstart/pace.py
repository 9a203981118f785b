"""How long the whole way will take: measured before it begins, from real training steps.

    minutes = FLOPs / (FLOPs a second of real training steps) / 60

A bare matrix product would promise too much: training steps of a small model run at about half its
rate. They are taken on made-up text before there is a vocabulary, so that `minutes` can decide how
many steps the run has. The step is compiled once more for it.
"""

import dataclasses
import math
import re
import time
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from zen_transformer.data.documents import TokenizedDocuments
from zen_transformer.models.bert_config import BertConfig
from zen_transformer.models.flops import bert_flops_per_token
from zen_transformer.objectives.labelled_batches import padded_widths
from zen_transformer.runs.trainer import Trainer
from zen_transformer.tasks.bert.compute import flops_of_step, flops_of_training
from zen_transformer.tasks.bert.job import BertJob
from zen_transformer.tasks.bert.settings import BertSettings
from zen_transformer.tasks.bert.start import initial_network
from zen_transformer.tasks.finetuning import FinetuningConfig
from zen_transformer.tasks.quickstart.settings import QuickstartSettings
from zen_transformer.tasks.registry import load_preset, part_of
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer
from zen_transformer.training.parallelism import OneDevice, Parallelism

SECONDS = 2.0
"""For which training steps are timed."""
SMALLEST_SHARE = 0.5
"""Part of the minutes that pretraining has, however long fine-tuning takes."""
FEWEST_STEPS = 100
"""Of a pretraining whose steps are fitted."""
DOCUMENTS = 4
CHINESE = re.compile("[\u3400-\u9fff]")
PIECES_PER_WORD = 1.4
"""About what a vocabulary of 4,096 pieces has in English."""
MEASURED_PRESET = "quickstart"
EXPECTED: dict[float, tuple[float, float]] = {14: (0.3, 0.34), 38: (0.345, 0.385)}
"""Masked-word accuracy on held-out reviews and speeches, measured after so many TFLOP
(docs/pretraining-notes.md)."""


def measure_rate(settings: BertSettings, parallelism: Parallelism = OneDevice()) -> float:
    """Take training steps of the longest stage for two seconds.

    Returns:
        The FLOPs a second of their matrix products.
    """
    config = settings.pretraining
    length = config.length(_longest_stage(settings))
    config = dataclasses.replace(config, lengths=(length,), shares=(1.0,))
    settings = dataclasses.replace(settings, pretraining=config)
    trainer = Trainer(_job_of_made_up_text(settings), config, settings.seed, parallelism)
    state = trainer.initial_state()
    compiling = trainer.steps(state, config.steps, should_stop=lambda step: True)
    state = next(compiling).state
    began, done = time.perf_counter(), int(state.step)
    reports = trainer.steps(
        state,
        done + 1_000_000,
        should_stop=lambda step: time.perf_counter() - began >= SECONDS,
    )
    *_, last = (report.done for report in reports)
    elapsed = time.perf_counter() - began
    return (last - done) * flops_of_step(settings.model, config, 0) / elapsed


def _longest_stage(settings: BertSettings) -> int:
    """The first step of the stage that has most steps."""
    starts = [*settings.pretraining.stages(), settings.pretraining.steps]
    steps = {end - start: start for start, end in pairwise(starts)}
    return steps[max(steps)]


def _job_of_made_up_text(settings: BertSettings) -> BertJob:
    """The job of the settings, with documents of random ids."""
    size, longest = settings.tokenizer.vocab_size, max(settings.pretraining.lengths)
    special = WordPieceTokenizer.special_tokens
    words = [f"w{number}" for number in range(size - len(special))]
    tokenizer = WordPieceTokenizer([*special, *words])
    ids = np.random.default_rng(0).integers(len(special), size, 8 * DOCUMENTS * longest)
    sentences = np.arange(0, len(ids) + 1, longest)
    documents = TokenizedDocuments(
        ids.astype(np.int32),
        sentences,
        sentences[::8],
        np.zeros(DOCUMENTS, int),
        ("made up",),
    )
    settings = dataclasses.replace(settings, corpus=("made up",))
    return BertJob(initial_network(settings, tokenizer), settings, tokenizer, documents, documents)


def finetuning_flops(model: BertConfig, config: FinetuningConfig, words: Sequence[int]) -> float:
    """Estimate the FLOPs of the learning curve of one start.

    Args:
        model: the encoder.
        config: how it is fine-tuned.
        words: number of words of each example that there is. How many pieces they have is known
            only when there is a vocabulary.
    """
    pieces = np.minimum(PIECES_PER_WORD * np.array(words) + 2, config.max_length)
    widths = np.array(padded_widths(config.max_length))
    padded = widths[np.searchsorted(widths, pieces)]
    text = np.mean([3 * width * bert_flops_per_token(model, width, 0) for width in padded])
    tuned = len(config.candidates) * config.tuning_seeds if len(config.candidates) > 1 else 0
    repeated = {
        count: config.repetitions(count == len(words))
        for count in {*config.examples, len(words)}
        if count <= len(words)
    }
    texts = sum(
        config.steps(count) * config.batch_size * (times + tuned)
        for count, times in repeated.items()
        if times
    )
    return texts * float(text)


def count_words(text: str) -> int:
    """Count the words of a text, every Chinese character being one."""
    return len(CHINESE.sub(" ", text).split()) + len(CHINESE.findall(text))


def fit_steps(settings: QuickstartSettings, rate: float, fine_tuning: float) -> QuickstartSettings:
    """Choose the steps of pretraining so that the whole training takes `minutes`.

    Args:
        settings: of a run whose `minutes` are given.
        rate: FLOPs a second.
        fine_tuning: FLOPs of all of it. Pretraining has what it leaves, and at least half of the
            time.
    """
    assert settings.minutes is not None
    whole = settings.minutes * 60 * rate
    share = max(whole - fine_tuning, SMALLEST_SHARE * whole)
    config = settings.pretraining
    steps = share / flops_of_training(part_of(BertSettings, settings)) * config.steps
    fitted = dataclasses.replace(config, steps=max(FEWEST_STEPS, math.floor(steps)))
    return dataclasses.replace(settings, pretraining=fitted)


def promise(pretraining: float, fine_tuning: float, rate: float) -> str:
    """Say how long FLOPs of both take at a rate."""

    def minutes(flops: float) -> str:
        return f"{max(1, round(flops / rate / 60))}"

    one = "minute" if minutes(pretraining) == "1" else "minutes"
    return (
        f"{pretraining / 1e12:.0f} TFLOP at {rate / 1e9:.0f} GFLOP/s in training: about "
        f"{minutes(pretraining)} {one}, and {minutes(fine_tuning)} for fine-tuning"
    )


def expected_quality(settings: QuickstartSettings, pretraining: float) -> str:
    """Say what pretrainings of about as many FLOPs ended with, where that was measured."""
    tflop, preset = pretraining / 1e12, load_preset(MEASURED_PRESET)
    steps = preset.pretraining.steps
    pretrained = dataclasses.replace(settings.pretraining, steps=steps)
    as_measured = (
        settings.corpus == preset.corpus
        and settings.model == preset.model
        and pretrained == preset.pretraining
    )
    if not as_measured:
        return "to expect: nobody has measured what these settings give"
    near = min(EXPECTED, key=lambda one: abs(math.log(one / tflop)))
    reviews, speeches = EXPECTED[near]
    return (
        f"to expect: a pretraining of {near:.0f} TFLOP ended with {reviews:.0%} of the masked "
        f"words right in held-out reviews and {speeches:.0%} in speeches"
    )
