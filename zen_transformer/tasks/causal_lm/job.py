"""The next token, as the trainer needs it."""

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from flax import nnx

from zen_transformer.data.documents import TokenizedDocuments
from zen_transformer.evaluation.ngrams import NGrams
from zen_transformer.models.flops import gpt_flops_per_token
from zen_transformer.models.gpt import GPTForCausalLM
from zen_transformer.objectives.causal_lm import CausalLMObjective, TextWindows
from zen_transformer.runs.job import Batch, Job
from zen_transformer.tasks.causal_lm.settings import GPTSettings

ORDERS = {"unigram": 1, "trigram": 3}
"""The n-grams that stand beside a language model (evaluation/ngrams.py)."""


class GPTJob(Job):
    """A GPT, its texts, and how it does on held-out documents."""

    losses = ("lm_loss",)
    progress: ClassVar = {"lm_accuracy": "accuracy"}

    def __init__(
        self,
        network: GPTForCausalLM,
        settings: GPTSettings,
        end_id: int,
        train: TokenizedDocuments,
        held_out: TokenizedDocuments,
    ):
        self.config, self.seed = settings.pretraining, settings.seed
        self.train, self.held_out = (TextWindows(texts, end_id) for texts in (train, held_out))
        super().__init__(network, CausalLMObjective(nnx.graphdef(network)))

    def examples(self, step: int) -> int:
        return self.config.rows

    def rows(self, step: int, rows: Sequence[int]) -> Batch:
        return self.train.batch([self.seed, step], rows, self.config.length)

    def flops(self, step: int) -> float:
        return 3 * gpt_flops_per_token(self.network.config, self.config.length)

    def measure_on_the_way(self, parameters: Any, step: int) -> dict[str, float]:
        """On an eighth of the batches, windows of held-out documents drawn once for all."""
        config, numbers = self.config, range(max(1, self.config.evaluation_batches // 8))
        draw = self.held_out.batch
        batches = (draw([self.seed + 1, n], range(config.rows), config.length) for n in numbers)
        return self.measure(parameters, batches)

    def measured_on(self, step: int) -> str:
        return f"windows of {self.config.length} tokens"

    def measure_all(self, parameters: Any) -> dict[str, float]:
        """On every token of the held-out documents."""
        whole = self.held_out.in_order(self.config.length, self.config.rows)
        return with_perplexity(self.measure(parameters, whole))

    def ngram_losses(self) -> dict[str, float]:
        """The loss by counting, on the same tokens; the first of a document is not predicted."""
        return ngram_losses(
            list(self.train.texts()),
            list(self.held_out.texts()),
            self.network.config.vocab_size,
            skipped=1,
        )


def with_perplexity(values: dict[str, float]) -> dict[str, float]:
    """The values, and exp of the loss."""
    return values | {"perplexity": math.exp(values["lm_loss"])}


def ngram_losses(
    train: Sequence[np.ndarray], held_out: Sequence[np.ndarray], vocab_size: int, skipped: int = 0
) -> dict[str, float]:
    """The loss of n-grams of each order, in nats per token.

    Args:
        train: ids of the texts that are counted.
        held_out: ids of those that are measured on.
        vocab_size: number of pieces.
        skipped: tokens at the beginning of each text that are not measured.
    """
    losses = {}
    for name, order in ORDERS.items():
        model = NGrams(train, order, vocab_size)
        nll = [-np.log(model.probabilities(text)[skipped:]) for text in held_out]
        losses[f"{name}_loss"] = float(np.mean(np.concatenate(nll)))
    return losses
