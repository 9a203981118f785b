"""Pairs of texts, as the trainer needs them."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import jax
import numpy as np
from flax import nnx

from zen_transformer.evaluation.ngrams import NGrams
from zen_transformer.models.encoder_decoder import EncoderDecoderForConditionalGeneration
from zen_transformer.models.flops import encoder_decoder_flops_per_token
from zen_transformer.objectives.causal_lm import Batch, CausalLMObjective
from zen_transformer.objectives.seq2seq import TokenPairs
from zen_transformer.tasks.gpt_job import ORDERS
from zen_transformer.tasks.seq2seq_settings import PairSettings
from zen_transformer.training.loop import evaluate
from zen_transformer.training.step import make_evaluation


class Seq2SeqJob:
    """An encoder–decoder, its pairs, and how it does on those held out. Held-out losses are not
    smoothed, so that exp of them is a perplexity."""

    losses: tuple[str, ...] = ("lm_loss",)

    def __init__(
        self,
        network: EncoderDecoderForConditionalGeneration,
        settings: PairSettings,
        train: TokenPairs,
        held_out: TokenPairs,
    ):
        self.network = network
        self.config, self.seed = settings.pretraining, settings.seed
        self.train, self.held_out = train, held_out
        graph = nnx.graphdef(network)
        self.objective = CausalLMObjective(graph, self.config.smoothing)
        self.evaluation = jax.jit(make_evaluation(CausalLMObjective(graph)))

    def examples(self, step: int) -> int:
        return self.config.buckets[self.train.drawn([self.seed, step])].rows

    def rows(self, step: int, rows: Sequence[int]) -> Batch:
        return self.train.batch([self.seed, step], rows)

    def operations(self, step: int) -> float:
        bucket = self.config.buckets[self.train.drawn([self.seed, step])]
        return 3 * encoder_decoder_flops_per_token(
            self.network.config, bucket.source, bucket.target
        )

    # Measuring

    def measure(self, parameters: Any, batches: Iterable[Batch]) -> dict[str, float]:
        """Loss and accuracy."""
        return evaluate(self.evaluation, parameters, batches, jax.random.key(0))

    def measure_on_the_way(self, parameters: Any, step: int) -> dict[str, float]:
        """On an eighth of the batches, drawn once for all."""
        numbers = range(max(1, self.config.evaluation_batches // 8))
        batches = (self._held_out_batch([self.seed + 1, number]) for number in numbers)
        return self.measure(parameters, batches)

    def _held_out_batch(self, seed: Sequence[int]) -> Batch:
        rows = self.config.buckets[self.held_out.drawn(seed)].rows
        return self.held_out.batch(seed, range(rows))

    def measured_on(self, step: int) -> str:
        return f"pairs of up to {self.config.lengths[-1]} tokens"

    def final_metrics(self, parameters: Any) -> dict[str, float]:
        """On every pair held out."""
        found = self.measure(parameters, self.held_out.whole())
        return found | {"perplexity": math.exp(found["lm_loss"])}

    def baselines(self) -> dict[str, float]:
        """The loss by counting on the same targets, without a look at the sources."""
        train, held_out = (
            [pairs.targets[place] for members in pairs.members for place in members]
            for pairs in (self.train, self.held_out)
        )
        losses = {}
        for name, order in ORDERS.items():
            model = NGrams(train, order, self.network.config.vocab_size)
            asked = [-np.log(model.probabilities(text)) for text in held_out]
            losses[f"{name}_loss"] = float(np.mean(np.concatenate(asked)))
        return losses
