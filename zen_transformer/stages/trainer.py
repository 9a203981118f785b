"""Pretraining one model: its steps, what is measured on the way, and what may go wrong."""

import dataclasses
import time
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from zen_transformer.errors import UserError
from zen_transformer.files import written_aside
from zen_transformer.inspection.not_finite import where_not_finite
from zen_transformer.models.bert import BertForPreTraining
from zen_transformer.models.operations import operations_per_token
from zen_transformer.objectives.masked_lm import predictions_per_sequence, unigram_baseline
from zen_transformer.objectives.pretraining import PretrainingObjective
from zen_transformer.report.plots import Baselines
from zen_transformer.stages.batches import evaluation_batches, make_batch, pairs_of
from zen_transformer.stages.console import show_progress
from zen_transformer.stages.folder import RunFolder
from zen_transformer.stages.running import Running, is_first
from zen_transformer.stages.settings import PretrainingConfig, PretrainSettings
from zen_transformer.stages.stopping import StopAfterStep
from zen_transformer.text.corpora import parse_mix
from zen_transformer.text.documents import TokenizedDocuments
from zen_transformer.text.wordpiece import WordPieceTokenizer
from zen_transformer.training.loop import NotFiniteError, Progress, evaluate, run_steps
from zen_transformer.training.optimizer import learning_rate_schedule, make_optimizer
from zen_transformer.training.parallel import Way, gathered
from zen_transformer.training.rates import peak_gigabytes, peak_rate
from zen_transformer.training.state import Checkpoints
from zen_transformer.training.step import (
    TrainState,
    cast,
    example_keys,
    init_state,
    make_evaluation,
    make_step,
    step_keys,
)

STAGE = "pretraining"


class Trainer:
    """Trains one model and measures it on what was held out."""

    def __init__(
        self,
        network: BertForPreTraining,
        settings: PretrainSettings,
        tokenizer: WordPieceTokenizer,
        train: TokenizedDocuments,
        held_out: TokenizedDocuments,
        way: Way,
    ):
        self.network, self.way = network, way
        self.config, self.seed = settings.pretraining, settings.seed
        self.tokenizer, self.documents, self.held_out = tokenizer, train, held_out
        self.pairs = pairs_of(train, tokenizer, self.config, parse_mix(settings.corpus)[1])
        self.network.bert.encoder.rematerialize = self.config.rematerialize
        for block in self.network.bert.encoder.layers:
            block.attention.implementation = self.config.attention
        self.objective = PretrainingObjective(
            nnx.graphdef(self.network), tokenizer, self.config.masking_rate, self.config.whole_words
        )
        self.compute_dtype = jnp.bfloat16 if self.config.bfloat16 else None
        self.optimizer = make_optimizer(self.config.optimizer, self.config.steps)
        self.evaluation = jax.jit(make_evaluation(self.objective))

    # Training

    def train(self, run: RunFolder, running: Running) -> None:
        """All the steps that are left after the newest checkpoint."""
        checkpoints = Checkpoints(run.checkpoints, self.config.keep_checkpoints)
        state = checkpoints.restore(self.state_before())
        if state.step > 0:
            print(f"going on from step {int(state.step):,}")
        run.keep_rows(STAGE, int(state.step))
        with StopAfterStep() as stopping, running.profiler(run) as profile:
            reports = self.steps(
                state,
                self.config.steps,
                unreported=checkpoints.unreported(),
                stop=stopping.asked,
                watch=profile.step,
            )
            try:
                state = self.follow(reports, run, checkpoints, stopping) or state
            except NotFiniteError as error:
                raise self.explained(error, run, checkpoints, running.debug_nans) from error
        nnx.update(self.network, gathered(state.parameters))

    def state_before(self) -> TrainState:
        """The state before the first step; a copy, whose memory the steps may use."""
        return init_state(jax.tree.map(jnp.array, self.parameters()), self.optimizer)

    def steps(self, state: TrainState, until: int, **options: Any) -> Iterator[Progress]:
        """Reports of the steps up to one."""
        step = make_step(
            self.objective,
            self.optimizer,
            microbatches=self.config.microbatches,
            axis=self.way.axis,
            compute_dtype=self.compute_dtype,
        )
        key = jax.random.key(self.seed)
        every = self.config.report_every
        return run_steps(step, state, self.batch, until, key, every, self.way, **options)

    def follow(
        self,
        reports: Iterator[Progress],
        run: RunFolder,
        checkpoints: Checkpoints,
        stopping: StopAfterStep,
    ) -> TrainState | None:
        """Measure, log and save, report by report; the last state."""
        config, state = self.config, None
        before = max((row["seconds"] for row in run.rows(STAGE)), default=0.0)
        started = time.perf_counter()
        for report in show_progress(reports, config.steps, STAGE):
            state, number = report.state, report.done // config.report_every
            last = report.done == config.steps
            if report.unreported:  # stopped between two reports
                checkpoints.save(state, report.unreported)
                break
            metrics = self.metrics(report)
            if number % 10 == 0 or last:
                length = config.length(report.done - 1)
                measured = self.measure_on_the_way(state.parameters, length)
                metrics |= {f"held_out_{name}": value for name, value in measured.items()}
                loss = measured["mlm_loss"] + measured["nsp_loss"]
                checkpoints.save_best(state, loss, f"pairs of {length} tokens")
            metrics["seconds"] = before + time.perf_counter() - started
            run.log(STAGE, report.done, metrics)
            if number % config.save_every == 0 or last or stopping.stopped:
                checkpoints.save(state)
        return state

    def batch(self, step: int) -> dict[str, np.ndarray]:
        """What this process has to bring of the batch of a step."""
        return self.rows(step, self.way.rows(self.config.rows(self.config.length(step))))

    def rows(self, step: int, rows: Sequence[int] | None = None) -> dict[str, np.ndarray]:
        """The batch of a step, or some of its rows."""
        length = self.config.length(step)
        return make_batch(self.pairs, self.config, length, self.seed, step, rows)

    # When a number is not finite

    def explained(
        self, error: NotFiniteError, run: RunFolder, checkpoints: Checkpoints, hunt: bool
    ) -> UserError:
        """The same with what a person needs to look into it: the batch, where to go on and, if
        that was asked for, the layer."""
        path = run.path / f"not-finite-batch-{error.step}.npz"
        if is_first():
            with written_aside(path) as aside, aside.open("wb") as file:
                np.savez(file, allow_pickle=False, **self.rows(error.step))
        newest = checkpoints.newest()
        where = f"the last good checkpoint is {newest}" if newest else "there is no checkpoint yet"
        layer = f", first in {self.culprit(error.step, checkpoints)}" if hunt else ""
        hint = "" if hunt else "--debug-nans names the layer, or "
        return UserError(
            f"{error}{layer}; its batch is in {path}, {where}: {hint}try a lower "
            "pretraining.optimizer.learning-rate in a new run"
        )

    def culprit(self, bad_step: int, checkpoints: Checkpoints) -> str:
        """What is not finite first in a step: the steps since the last checkpoint are gone through
        once more, since they come out the same, and that one is looked at from inside."""
        state = checkpoints.restore(self.state_before())
        for report in self.steps(state, bad_step):
            state = report.state
        keys = step_keys(jax.random.key(self.seed), state.step)
        batch = {name: jnp.asarray(values) for name, values in self.rows(bad_step).items()}
        data_keys, dropout_keys = (example_keys(key, batch) for key in keys)
        prepared = self.objective.prepare(batch, data_keys)
        parameters = cast(gathered(state.parameters), self.compute_dtype)

        def loss(parameters):
            losses, _ = self.objective(parameters, prepared, dropout_keys)
            return sum(pair.sum for pair in losses.values())

        network = nnx.merge(self.objective.graph, parameters)
        inputs = self.objective.inputs(prepared) | {"key": dropout_keys}
        return where_not_finite(network, parameters, inputs, loss)

    # Measuring

    def metrics(self, report: Progress) -> dict[str, Any]:
        """What a line of the metrics says besides held-out figures."""
        rate = report.metrics["tokens_per_second"] * self.operations(report.done - 1)
        peak = peak_rate()
        return report.metrics | {
            "learning_rate": float(self.schedule(report.done)),
            "mfu": None if peak is None else rate / peak,
            "memory_gigabytes": peak_gigabytes(),
        }

    @cached_property
    def schedule(self) -> Any:
        """The learning rate at each step."""
        return learning_rate_schedule(self.config.optimizer, self.config.steps)

    def operations(self, step: int) -> float:
        """The matrix products' for each token of a step, in both directions."""
        shape, length = self.network.config, self.config.length(step)
        return 3 * operations_per_token(
            layers=shape.num_hidden_layers,
            hidden=shape.hidden_size,
            intermediate=shape.intermediate_size,
            length=length,
            predicted=predictions_per_sequence(length, self.config.masking_rate),
            vocab=shape.vocab_size,
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
