"""The third stage: masked words and next sentences."""

import dataclasses
import time
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from zen_transformer.errors import UserError
from zen_transformer.files import written_aside
from zen_transformer.models.bert import BertForPreTraining
from zen_transformer.models.config import BertConfig
from zen_transformer.objectives.masked_lm import unigram_baseline
from zen_transformer.objectives.next_sentence import SentencePairs
from zen_transformer.objectives.pretraining import PretrainingObjective
from zen_transformer.report.plots import Baselines, plot_pretraining
from zen_transformer.stages.console import machine, show_progress
from zen_transformer.stages.folder import RunFolder
from zen_transformer.stages.settings import PretrainingConfig, PretrainSettings
from zen_transformer.text.corpora import parse_mix
from zen_transformer.text.documents import TokenizedDocuments
from zen_transformer.text.wordpiece import WordPieceTokenizer
from zen_transformer.training.loop import NotFiniteError, evaluate, run_steps
from zen_transformer.training.optimizer import learning_rate_schedule, make_optimizer
from zen_transformer.training.parallel import Way, check_divides, check_heads
from zen_transformer.training.state import Checkpoints
from zen_transformer.training.step import init_state, make_evaluation, make_step

STAGE = "pretraining"


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


def check_devices(way: Way, settings: PretrainSettings) -> None:
    """Whether the devices can share heads and batches evenly.

    Raises:
        UserError: they cannot.
    """
    config = settings.pretraining
    check_heads(way, settings.model.num_attention_heads)
    for length in config.lengths:
        check_divides(config.batch_tokens // length, way.shares, config.microbatches)


def pretraining_stage(
    run: RunFolder,
    settings: PretrainSettings,
    tokenizer: WordPieceTokenizer,
    train: TokenizedDocuments,
    held_out: TokenizedDocuments,
    way: Way,
) -> dict[str, Any]:
    """Train, from the newest checkpoint on; write metrics, checkpoints, plots, the model and
    the summary, and give the latter. Where the stage is finished, only read it."""
    if STAGE in run.stages():
        return run.read_json("summary.json")
    trainer = _Trainer(settings, tokenizer, train, held_out, way)
    trainer.train(run)
    trainer.network.save_pretrained(run.model)
    rows, baselines = run.rows(STAGE), trainer.baselines()
    plot_pretraining(rows, baselines, settings.pretraining.stages(), run.plots)
    seconds = rows[-1]["seconds"]
    summary = trainer.final_metrics() | {
        "unigram_loss": baselines.unigram_loss,
        "unigram_accuracy": baselines.unigram_accuracy,
        "parameters": sum(x.size for x in jax.tree.leaves(trainer.parameters())),
        "steps": settings.pretraining.steps,
        "tokens_per_second": float(np.median([row["tokens_per_second"] for row in rows])),
        "pretraining_seconds": seconds,
        "machine": machine(),
    }
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


class _Trainer:
    """Trains one model and measures it on what was held out."""

    def __init__(
        self,
        settings: PretrainSettings,
        tokenizer: WordPieceTokenizer,
        train: TokenizedDocuments,
        held_out: TokenizedDocuments,
        way: Way,
    ):
        self.config, self.seed, self.way = settings.pretraining, settings.seed, way
        self.tokenizer, self.documents, self.held_out = tokenizer, train, held_out
        self.pairs = pairs_of(train, tokenizer, self.config, parse_mix(settings.corpus)[1])
        self.network = network_before(settings, tokenizer)
        self.network.bert.encoder.rematerialize = self.config.rematerialize
        self.objective = PretrainingObjective(
            nnx.graphdef(self.network), tokenizer, self.config.masking_rate, self.config.whole_words
        )
        self.evaluation = jax.jit(make_evaluation(self.objective))

    def train(self, run: RunFolder) -> None:
        """All the steps that are left after the newest checkpoint."""
        config = self.config
        optimizer = make_optimizer(config.optimizer, config.steps)
        schedule = learning_rate_schedule(config.optimizer, config.steps)
        checkpoints = Checkpoints(run.checkpoints, config.keep_checkpoints)
        state = checkpoints.restore(init_state(self.parameters(), optimizer))
        if state.step > 0:
            print(f"going on from step {int(state.step):,}")
        run.keep_rows(STAGE, int(state.step))
        before = max((row["seconds"] for row in run.rows(STAGE)), default=0.0)
        started = time.perf_counter()
        report_every = max(1, config.steps // config.reports)
        save_every = max(1, config.reports // config.checkpoints)
        step = make_step(
            self.objective,
            optimizer,
            microbatches=config.microbatches,
            axis=self.way.axis,
            compute_dtype=jnp.bfloat16 if config.bfloat16 else None,
        )
        reports = run_steps(
            step,
            state,
            self.batch,
            config.steps,
            jax.random.key(self.seed),
            report_every,
            self.way,
        )
        try:
            for done, state, metrics in show_progress(reports, config.steps, STAGE):
                number, last = done // report_every, done == config.steps
                length = config.length(done - 1)
                metrics |= {"learning_rate": float(schedule(done))}
                if number % 10 == 0 or last:
                    measured = self.measure_on_the_way(state.parameters, length)
                    metrics |= {f"held_out_{name}": value for name, value in measured.items()}
                    loss = measured["mlm_loss"] + measured["nsp_loss"]
                    checkpoints.save_best(state, loss, f"pairs of {length} tokens")
                run.log(STAGE, done, metrics | {"seconds": before + time.perf_counter() - started})
                if number % save_every == 0 or last:
                    checkpoints.save(state)
        except NotFiniteError as error:
            raise self.explained(error, run, checkpoints) from error
        nnx.update(self.network, state.parameters)

    def batch(self, step: int) -> dict[str, np.ndarray]:
        """The batch of a step."""
        return make_batch(self.pairs, self.config, self.config.length(step), self.seed, step)

    def explained(
        self, error: NotFiniteError, run: RunFolder, checkpoints: Checkpoints
    ) -> UserError:
        """The same with what a person needs to look into it: the batch and where to go on."""
        path = run.path / f"not-finite-batch-{error.step}.npz"
        with written_aside(path) as aside, aside.open("wb") as file:
            np.savez(file, allow_pickle=False, **self.batch(error.step))
        newest = checkpoints.newest()
        where = f"the last good checkpoint is {newest}" if newest else "there is no checkpoint yet"
        return UserError(
            f"{error}; its batch is in {path}, {where}: try a lower "
            "pretraining.optimizer.learning-rate in a new run"
        )

    def parameters(self) -> Any:
        """The network's parameters as a nested dict."""
        return nnx.to_pure_dict(nnx.state(self.network))

    def measure(
        self, parameters: Any, config: PretrainingConfig, mix: np.ndarray, length: int | None = None
    ) -> dict[str, float]:
        """Losses and accuracies on held-out pairs, with the corpora mixed like this."""
        batches = evaluation_batches(self.held_out, self.tokenizer, config, mix, self.seed, length)
        return evaluate(self.evaluation, parameters, batches, jax.random.key(self.seed + 1))

    def measure_on_the_way(self, parameters: Any, length: int) -> dict[str, float]:
        """The same on an eighth of the batches, and at the length now trained on."""
        batches = max(1, self.config.evaluation_batches // 8)
        config = dataclasses.replace(self.config, evaluation_batches=batches)
        return self.measure(parameters, config, self.pairs.shares, length)

    def final_metrics(self) -> dict[str, Any]:
        """Losses and accuracies on the whole mix, and `by_corpus` on each of the corpora."""
        parameters, sources = self.parameters(), self.held_out.sources
        whole = self.measure(parameters, self.config, self.pairs.shares)
        each = {
            source: self.measure(parameters, self.config, only)
            for source, only in zip(sources, np.eye(len(sources)), strict=True)
        }
        return whole | {"by_corpus": each}

    def baselines(self) -> Baselines:
        """What frequencies alone can do on the same mix."""
        vocab_size = self.tokenizer.vocab_size
        train, test = (
            self.pairs.shares @ documents.frequencies(vocab_size)
            for documents in (self.documents, self.held_out)
        )
        return Baselines(*unigram_baseline(train, test))


def pairs_of(
    documents: TokenizedDocuments,
    tokenizer: WordPieceTokenizer,
    config: PretrainingConfig,
    mix: Sequence[float] | np.ndarray | None,
) -> SentencePairs:
    """The sentence pairs of some documents."""
    return SentencePairs(
        documents,
        cls_id=tokenizer.cls_id,
        sep_id=tokenizer.sep_id,
        pad_id=tokenizer.pad_id,
        short_fraction=config.short_fraction,
        mix=mix,
    )


def make_batch(
    pairs: SentencePairs, config: PretrainingConfig, length: int, seed: int, number: int
) -> dict[str, np.ndarray]:
    """A batch of pairs of this length, derived from the seed and its number alone."""
    rng = np.random.default_rng([seed, number])
    draw = pairs.packed_batch if config.packing else pairs.batch
    return draw(rng, config.batch_tokens // length, length)


def evaluation_batches(
    documents: TokenizedDocuments,
    tokenizer: WordPieceTokenizer,
    config: PretrainingConfig,
    mix: Sequence[float] | np.ndarray | None,
    seed: int,
    length: int | None = None,
) -> list[dict[str, np.ndarray]]:
    """Batches of this length, or of the last stage's; for the same seed always the same."""
    pairs = pairs_of(documents, tokenizer, config, mix)
    length = length or config.lengths[-1]
    numbers = range(config.evaluation_batches)
    return [make_batch(pairs, config, length, seed + 1, number) for number in numbers]
