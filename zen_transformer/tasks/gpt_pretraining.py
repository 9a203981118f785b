"""The third stage of a GPT's run: the next token."""

import dataclasses
from typing import Any

import numpy as np
from flax import nnx

from zen_transformer.data.documents import TokenizedDocuments
from zen_transformer.models.gpt import GPTForCausalLM
from zen_transformer.report.plots import plot_language_model
from zen_transformer.runs.execution import ExecutionConfig, is_first
from zen_transformer.runs.folder import RunFolder
from zen_transformer.runs.trainer import STAGE, Trainer
from zen_transformer.tasks.gpt_job import GPTJob
from zen_transformer.tasks.gpt_settings import GPTSettings
from zen_transformer.tokenizers.byte_pair import ByteLevelBPETokenizer
from zen_transformer.training.parallelism import Parallelism, check_divides, check_heads


def gpt_before(settings: GPTSettings, tokenizer: ByteLevelBPETokenizer) -> GPTForCausalLM:
    """The model before its first step."""
    config = dataclasses.replace(
        settings.model,
        vocab_size=tokenizer.vocab_size,
        bos_token_id=tokenizer.eos_id,
        eos_token_id=tokenizer.eos_id,
    )
    dtype = settings.pretraining.dtype
    return GPTForCausalLM(config, rngs=nnx.Rngs(settings.seed), dtype=dtype)


def check_gpt_devices(parallelism: Parallelism, settings: GPTSettings) -> None:
    """Whether the devices can share heads and batches evenly.

    Raises:
        UserError: they cannot.
    """
    check_heads(parallelism, settings.model.n_head)
    config = settings.pretraining
    check_divides(config.rows, parallelism.shares, config.microbatches)


def gpt_pretraining_stage(
    run: RunFolder,
    settings: GPTSettings,
    tokenizer: ByteLevelBPETokenizer,
    train: TokenizedDocuments,
    held_out: TokenizedDocuments,
    parallelism: Parallelism,
    execution: ExecutionConfig = ExecutionConfig(),
) -> dict[str, Any]:
    """`pretraining_stage`, of a GPT."""
    if STAGE in run.stages():
        return run.read_json("summary.json")
    network = gpt_before(settings, tokenizer)
    job = GPTJob(network, settings, tokenizer.eos_id, train, held_out)
    trainer = Trainer(job, settings.pretraining, settings.seed, parallelism)
    trainer.train(run, execution)
    if not is_first():
        return {}
    network.save_pretrained(run.model)
    rows, baselines, parameters = run.rows(STAGE), job.baselines(), trainer.parameters()
    plot_language_model(rows, baselines, run.plots)
    seconds = rows[-1]["seconds"]
    summary = job.final_metrics(parameters) | baselines | trainer.facts(rows)
    run.write_json("summary.json", summary)
    run.finish(STAGE, seconds)
    perplexities = {name: np.exp(summary[f"{name}_loss"]) for name in ("unigram", "trigram")}
    print(
        f"on held-out documents: perplexity {summary['perplexity']:.1f} for each token "
        f"(trigrams with Kneser-Ney smoothing: {perplexities['trigram']:.1f}, "
        f"unigram: {perplexities['unigram']:.1f}); {summary['lm_accuracy']:.1%} of the tokens right"
    )
    return summary
