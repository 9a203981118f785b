"""The third stage: masked words and next sentences."""

import dataclasses
from typing import Any

from flax import nnx

from zen_transformer.data.documents import TokenizedDocuments
from zen_transformer.models.bert import BertForPreTraining
from zen_transformer.models.bert_config import BertConfig
from zen_transformer.report.plots import plot_pretraining
from zen_transformer.runs.execution import ExecutionConfig, is_first
from zen_transformer.runs.folder import RunFolder
from zen_transformer.runs.trainer import STAGE, Trainer
from zen_transformer.tasks.bert_job import BertJob
from zen_transformer.tasks.settings import PretrainSettings
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer
from zen_transformer.training.parallelism import Parallelism, check_divides, check_heads


def network_before(settings: PretrainSettings, tokenizer: WordPieceTokenizer) -> BertForPreTraining:
    """The model before its first step."""
    config = fitted(settings.model, tokenizer)
    dtype = settings.pretraining.dtype
    return BertForPreTraining(config, rngs=nnx.Rngs(settings.seed), dtype=dtype)


def fitted(model: BertConfig, tokenizer: WordPieceTokenizer) -> BertConfig:
    """The shape with the tokenizer's number of pieces and its padding."""
    return dataclasses.replace(
        model, vocab_size=tokenizer.vocab_size, pad_token_id=tokenizer.pad_id
    )


def check_devices(parallelism: Parallelism, settings: PretrainSettings) -> None:
    """Whether the devices can share heads and batches evenly.

    Raises:
        UserError: they cannot.
    """
    config = settings.pretraining
    check_heads(parallelism, settings.model.num_attention_heads)
    for length in config.lengths:
        check_divides(config.rows(length), parallelism.shares, config.microbatches)


def pretraining_stage(
    run: RunFolder,
    settings: PretrainSettings,
    tokenizer: WordPieceTokenizer,
    train: TokenizedDocuments,
    held_out: TokenizedDocuments,
    parallelism: Parallelism,
    execution: ExecutionConfig = ExecutionConfig(),
) -> dict[str, Any]:
    """Train, from the newest checkpoint on; write metrics, checkpoints, plots, the model and
    the summary, and give the latter. Where the stage is finished, only read it; of several
    processes, only the first writes, and has a summary to give."""
    if STAGE in run.stages():
        return run.read_json("summary.json")
    network = network_before(settings, tokenizer)
    job = BertJob(network, settings, tokenizer, train, held_out)
    trainer = Trainer(job, settings.pretraining, settings.seed, parallelism)
    trainer.train(run, execution)
    if not is_first():
        return {}
    network.save_pretrained(run.model)
    rows, baselines, parameters = run.rows(STAGE), job.baselines(), trainer.parameters()
    plot_pretraining(rows, baselines, settings.pretraining.stages(), run.plots)
    seconds = rows[-1]["seconds"]
    unigram = {
        "unigram_loss": baselines.unigram_loss,
        "unigram_accuracy": baselines.unigram_accuracy,
    }
    summary = job.final_metrics(parameters) | unigram | trainer.facts(rows)
    run.write_json("summary.json", summary)
    run.finish(STAGE, seconds)
    _print_summary(summary)
    return summary


def _print_summary(summary: dict[str, Any]) -> None:
    print(
        f"on held-out documents: masked words {summary['mlm_accuracy']:.1%} right "
        f"(most frequent piece: {summary['unigram_accuracy']:.1%}), "
        f"loss {summary['mlm_loss']:.2f} (unigram: {summary['unigram_loss']:.2f}); "
        f"next sentence {summary['nsp_accuracy']:.1%} right (chance: 50%)"
    )
    for source, own in summary["by_corpus"].items():
        print(
            f"  {source}: masked words {own['mlm_accuracy']:.1%}, "
            f"next sentence {own['nsp_accuracy']:.1%}"
        )
