"""The next token, as the trainer needs it."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import jax
import numpy as np
from flax import nnx

from zen_transformer.data.documents import TokenizedDocuments
from zen_transformer.evaluation.ngrams import NGrams
from zen_transformer.models.flops import gpt_flops_per_token
from zen_transformer.models.gpt import GPTForCausalLM
from zen_transformer.objectives.causal_lm import Batch, CausalLMObjective, TextWindows
from zen_transformer.tasks.gpt_settings import GPTSettings
from zen_transformer.training.loop import evaluate
from zen_transformer.training.step import make_evaluation

ORDERS = {"unigram": 1, "trigram": 3}
"""What counting alone can do (evaluation/ngrams.py)."""


class GPTJob:
    """A GPT, its texts, and how it does on held-out documents."""

    losses: tuple[str, ...] = ("lm_loss",)

    def __init__(
        self,
        network: GPTForCausalLM,
        settings: GPTSettings,
        end_id: int,
        train: TokenizedDocuments,
        held_out: TokenizedDocuments,
    ):
        self.network = network
        self.config, self.seed = settings.pretraining, settings.seed
        self.train, self.held_out = (TextWindows(texts, end_id) for texts in (train, held_out))
        self.objective = CausalLMObjective(nnx.graphdef(network))
        self.evaluation = jax.jit(make_evaluation(self.objective))

    def examples(self, step: int) -> int:
        return self.config.rows

    def rows(self, step: int, rows: Sequence[int]) -> Batch:
        return self.train.batch([self.seed, step], rows, self.config.length)

    def operations(self, step: int) -> float:
        return 3 * gpt_flops_per_token(self.network.config, self.config.length)

    # Measuring

    def measure(self, parameters: Any, batches: Iterable[Batch]) -> dict[str, float]:
        """Loss and accuracy."""
        return evaluate(self.evaluation, parameters, batches, jax.random.key(0))

    def measure_on_the_way(self, parameters: Any, step: int) -> dict[str, float]:
        """On an eighth of the batches, windows of held-out documents drawn once for all."""
        config, numbers = self.config, range(max(1, self.config.evaluation_batches // 8))
        draw = self.held_out.batch
        batches = (draw([self.seed + 1, n], range(config.rows), config.length) for n in numbers)
        return self.measure(parameters, batches)

    def measured_on(self, step: int) -> str:
        return f"windows of {self.config.length} tokens"

    def final_metrics(self, parameters: Any) -> dict[str, float]:
        """On every token of the held-out documents."""
        found = self.measure(parameters, self.held_out.whole(self.config.length, self.config.rows))
        return found | {"perplexity": math.exp(found["lm_loss"])}

    def baselines(self) -> dict[str, float]:
        """The loss by counting, on the same tokens."""
        vocab_size = self.network.config.vocab_size
        train, held_out = self.train.texts(), self.held_out.texts()
        losses = {}
        for name, order in ORDERS.items():
            model = NGrams(train, order, vocab_size)
            # The first token of a document is not asked for.
            asked = [-np.log(model.probabilities(text)[1:]) for text in held_out]
            losses[f"{name}_loss"] = float(np.mean(np.concatenate(asked)))
        return losses
