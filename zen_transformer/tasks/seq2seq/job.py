"""Pairs of texts, as the trainer needs them."""

from collections.abc import Sequence
from typing import Any, ClassVar

from flax import nnx

from zen_transformer.models.encoder_decoder import EncoderDecoderForConditionalGeneration
from zen_transformer.models.flops import encoder_decoder_flops_per_token
from zen_transformer.objectives.causal_lm import CausalLMObjective
from zen_transformer.objectives.seq2seq import TokenPairs
from zen_transformer.runs.job import Batch, Job
from zen_transformer.tasks.causal_lm.job import ngram_losses, with_perplexity
from zen_transformer.tasks.seq2seq.settings import Seq2SeqSettings


class Seq2SeqJob(Job):
    """An encoder–decoder, its pairs, and how it does on those held out. Held-out losses are not
    smoothed, so that exp of them is a perplexity."""

    losses = ("lm_loss",)
    progress: ClassVar = {"lm_accuracy": "accuracy"}

    def __init__(
        self,
        network: EncoderDecoderForConditionalGeneration,
        settings: Seq2SeqSettings,
        train: TokenPairs,
        held_out: TokenPairs,
    ):
        self.config, self.seed = settings.pretraining, settings.seed
        self.train, self.held_out = train, held_out
        graph = nnx.graphdef(network)
        smoothed = CausalLMObjective(graph, self.config.smoothing)
        super().__init__(network, smoothed, evaluated=CausalLMObjective(graph))

    def examples(self, step: int) -> int:
        return self.config.buckets[self.train.draw_bucket([self.seed, step])].rows

    def rows(self, step: int, rows: Sequence[int]) -> Batch:
        return self.train.batch([self.seed, step], rows)

    def flops(self, step: int) -> float:
        """For each token that is read; the others of the pair are counted with it."""
        bucket = self.config.buckets[self.train.draw_bucket([self.seed, step])]
        return 3 * encoder_decoder_flops_per_token(
            self.network.config, bucket.source, bucket.target
        )

    def measure_on_the_way(self, parameters: Any, step: int) -> dict[str, float]:
        """On an eighth of the batches, drawn once for all."""
        numbers = range(max(1, self.config.evaluation_batches // 8))
        batches = (self._held_out_batch([self.seed + 1, number]) for number in numbers)
        return self.measure(parameters, batches)

    def _held_out_batch(self, seed: Sequence[int]) -> Batch:
        rows = self.config.buckets[self.held_out.draw_bucket(seed)].rows
        return self.held_out.batch(seed, range(rows))

    def measured_on(self, step: int) -> str:
        return f"pairs of up to {self.config.lengths[-1]} tokens"

    def measure_all(self, parameters: Any) -> dict[str, float]:
        """On every pair held out."""
        return with_perplexity(self.measure(parameters, self.held_out.in_order()))

    def ngram_losses(self) -> dict[str, float]:
        """The loss by counting on the same targets, without a look at the sources."""
        train, held_out = (
            [pairs.targets[place] for members in pairs.members for place in members]
            for pairs in (self.train, self.held_out)
        )
        return ngram_losses(train, held_out, self.network.config.vocab_size)
