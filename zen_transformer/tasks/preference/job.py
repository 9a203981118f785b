"""Choices, as the trainer needs them."""

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import jax
import numpy as np
from flax import nnx

from zen_transformer.data.preferences import PreferenceRecord
from zen_transformer.data.splits import text_digest
from zen_transformer.errors import UserError
from zen_transformer.models.flops import gpt_flops_per_token
from zen_transformer.models.gpt import GPTForCausalLM
from zen_transformer.objectives.causal_lm import CausalLMObjective, TextWindows
from zen_transformer.objectives.preference import (
    PreferenceObjective,
    PreferencePair,
    preference_batch,
)
from zen_transformer.runs.job import Batch, Job
from zen_transformer.tasks.preference.settings import PreferenceConfig
from zen_transformer.tokenizers.base import Tokenizer
from zen_transformer.training.loop import evaluate
from zen_transformer.training.step import make_evaluation

FEWEST = 20
"""Choices that prefer one text, from which something can be learnt and something be held out."""


def split_choices(
    choices: Sequence[PreferenceRecord], held_out: float
) -> tuple[list[PreferenceRecord], list[PreferenceRecord]]:
    """To learn from and held out, which follows from the prompts alone.

    Raises:
        UserError: too few choices.
    """
    if len(choices) < FEWEST:
        raise UserError(
            f"there are {len(choices)} choices that prefer one of two texts, preference tuning "
            f"needs at least {FEWEST}: make more by `zen-transformer choose`"
        )
    ordered = sorted(choices, key=lambda one: text_digest(one.prompt))
    count = max(1, round(held_out * len(ordered)))
    return ordered[count:], ordered[:count]


def token_pairs(choices: Sequence[PreferenceRecord], tokenizer: Tokenizer) -> list[PreferencePair]:
    """Choices as ids. The prompt and what follows are cut into pieces apart, as it was written."""
    return [
        PreferencePair(*(tokenizer.text_ids(text) for text in (one.prompt, *one.ordered)))
        for one in choices
    ]


class PreferenceJob(Job):
    """A GPT, pairs of texts of which one was preferred, and how it does on those held out.

    Args:
        network: what learns; it is the reference as it is now.
        config: how.
        seed: of the batches.
        train, held_out: pairs.
        text: documents that were held out, to watch what becomes of their loss.

    Raises:
        UserError: a pair longer than the model has positions, or than a batch has room for.
    """

    losses = ("dpo_loss",)
    progress: ClassVar = {"in_order": "in order"}

    def __init__(
        self,
        network: GPTForCausalLM,
        config: PreferenceConfig,
        seed: int,
        train: Sequence[PreferencePair],
        held_out: Sequence[PreferencePair],
        text: TextWindows,
    ):
        self.config, self.seed, self.text = config, seed, text
        graph, state = nnx.split(network)
        super().__init__(network, PreferenceObjective(graph, config.beta))
        self.of_text = jax.jit(make_evaluation(CausalLMObjective(graph)))
        self.width = max(pair.length for pair in (*train, *held_out))
        self.pairs = config.batch_tokens // (2 * self.width)
        self._check()
        reference = nnx.to_pure_dict(state)
        self.train, self.held_out = (self._known(reference, pairs) for pairs in (train, held_out))

    def _check(self) -> None:
        places = self.network.config.n_positions
        if self.width > places:
            raise UserError(
                f"a text of the choices has {self.width} tokens with its prompt, the model has "
                f"{places} positions: take that choice out"
            )
        if not self.pairs:
            raise UserError(
                f"batch_tokens is {self.config.batch_tokens}, the longest pair has "
                f"{2 * self.width} tokens: choose at least so many"
            )

    def _known(self, reference: Any, pairs: Sequence[PreferencePair]) -> list[Batch]:
        """Pairs in batches, with the reference's log-probabilities of both answers."""
        compiled = jax.jit(self.objective.log_probabilities)
        batches = []
        for at in range(0, len(pairs), self.pairs):
            batch = preference_batch(pairs[at : at + self.pairs], self.width, self.pairs)
            known = compiled(reference, jax.tree.map(jax.numpy.asarray, batch))
            batches.append(batch | {"reference": np.asarray(known)})
        return batches

    def examples(self, step: int) -> int:
        return self.pairs

    def rows(self, step: int, rows: Sequence[int]) -> Batch:
        """Each row follows from the seed, the step and its number alone; every pair is as likely as
        any other."""
        count = sum(int(batch["weights"].sum()) for batch in self.train)
        draw = [np.random.default_rng([self.seed, step, row]).integers(count) for row in rows]
        places = [divmod(int(number), self.pairs) for number in draw]
        return {
            name: np.stack([self.train[batch][name][row] for batch, row in places])
            for name in self.train[0]
        }

    def flops(self, step: int) -> float:
        return 3 * gpt_flops_per_token(self.network.config, self.width)

    def measure_on_the_way(self, parameters: Any, step: int) -> dict[str, float]:
        """On the held-out choices, and on an eighth of the batches of held-out text, windows drawn
        once for all."""
        length, numbers = self.text_length, range(max(1, self.config.evaluation_batches // 8))
        rows = range(max(1, self.config.batch_tokens // length))
        windows = (self.text.batch([self.seed + 1, number], rows, length) for number in numbers)
        text = evaluate(self.of_text, parameters, windows, jax.random.key(0))
        return self.in_order(parameters) | text

    def measured_on(self, step: int) -> str:
        return "held-out choices"

    @property
    def text_length(self) -> int:
        """Tokens that are read at once to measure the perplexity."""
        return self.network.config.n_positions

    def perplexity(self, parameters: Any) -> float:
        """Of every token of the held-out documents."""
        rows = max(1, self.config.batch_tokens // self.text_length)
        whole = self.text.in_order(self.text_length, rows)
        return math.exp(evaluate(self.of_text, parameters, whole, jax.random.key(0))["lm_loss"])

    def in_order(self, parameters: Any) -> dict[str, float]:
        """Loss on the held-out choices, and the share of them that the model is more likely to
        make than the reference."""
        return self.measure(parameters, self.held_out)
