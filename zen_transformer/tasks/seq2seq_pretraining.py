"""The third stage of an encoder–decoder's run: a text of another; and what it then answers."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
from flax import nnx

from zen_transformer.data.parallel_text import SplitPairs
from zen_transformer.models.encoder_decoder import EncoderDecoderForConditionalGeneration
from zen_transformer.objectives.seq2seq import TokenPairs
from zen_transformer.report.plots import plot_language_model
from zen_transformer.runs.execution import ExecutionConfig, is_first
from zen_transformer.runs.folder import RunFolder
from zen_transformer.runs.trainer import STAGE, Trainer
from zen_transformer.tasks.seq2seq_answers import answers_of
from zen_transformer.tasks.seq2seq_job import Seq2SeqJob
from zen_transformer.tasks.seq2seq_scores import SCORES, in_words
from zen_transformer.tasks.seq2seq_settings import AnyPairSettings
from zen_transformer.tokenizers.base import Tokenizer
from zen_transformer.training.parallelism import Parallelism, check_divides, check_heads


def translator_before(
    settings: AnyPairSettings, tokenizer: Tokenizer
) -> EncoderDecoderForConditionalGeneration:
    """The model before its first step."""
    config = dataclasses.replace(
        settings.model,
        vocab_size=tokenizer.vocab_size,
        pad_token_id=tokenizer.pad_id,
        bos_token_id=tokenizer.bos_id,
        eos_token_id=tokenizer.eos_id,
        decoder_start_token_id=tokenizer.bos_id,
    )
    dtype = settings.pretraining.dtype
    rngs = nnx.Rngs(settings.seed)
    return EncoderDecoderForConditionalGeneration(config, rngs=rngs, dtype=dtype)


def check_pair_devices(parallelism: Parallelism, settings: AnyPairSettings) -> None:
    """Whether the devices can share heads and batches evenly.

    Raises:
        UserError: they cannot.
    """
    model, config = settings.model, settings.pretraining
    for heads in (model.encoder_attention_heads, model.decoder_attention_heads):
        check_heads(parallelism, heads)
    for bucket in config.buckets:
        check_divides(bucket.rows, parallelism.shares, config.microbatches)


def pair_pretraining_stage(
    run: RunFolder,
    settings: AnyPairSettings,
    tokenizer: Tokenizer,
    split: SplitPairs,
    train: TokenPairs,
    held_out: TokenPairs,
    parallelism: Parallelism,
    execution: ExecutionConfig = ExecutionConfig(),
) -> dict[str, Any]:
    """`pretraining_stage`, of an encoder–decoder, with its answers to held-out texts."""
    if STAGE in run.stages():
        return run.read_json("summary.json")
    network = translator_before(settings, tokenizer)
    job = Seq2SeqJob(network, settings, train, held_out)
    trainer = Trainer(job, settings.pretraining, settings.seed, parallelism)
    trainer.train(run, execution)
    if not is_first():
        return {}
    network.save_pretrained(run.model)
    rows, baselines, parameters = run.rows(STAGE), job.baselines(), trainer.parameters()
    plot_language_model(_unsmoothed(rows), baselines, run.plots)
    asked = answers_of(run, network, tokenizer, split, settings)
    scores = SCORES[settings.task](asked, split.train)
    summary = (
        job.final_metrics(parameters)
        | baselines
        | scores
        | {"answers": len(asked.answers)}
        | trainer.facts(rows)
    )
    run.write_json("summary.json", summary)
    run.finish(STAGE, rows[-1]["seconds"])
    print(
        f"on held-out pairs: perplexity {summary['perplexity']:.1f} for each token (trigrams that "
        f"do not see the source: {np.exp(summary['trigram_loss']):.1f}), "
        f"{summary['lm_accuracy']:.1%} of the tokens right; of {len(asked.answers)} texts written: "
        + in_words(settings.task, scores)
    )
    return summary


def _unsmoothed(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The training's loss as the held-out one is measured."""
    return [row | {"lm_loss": row.get("lm_loss_unsmoothed", row["lm_loss"])} for row in rows]
