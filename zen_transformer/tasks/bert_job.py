"""Masked words and next sentences, as the trainer needs them."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import jax
import numpy as np
from flax import nnx

from zen_transformer.data.corpora import parse_mix
from zen_transformer.data.documents import TokenizedDocuments
from zen_transformer.models.bert import BertForPreTraining
from zen_transformer.models.flops import bert_flops_per_token
from zen_transformer.objectives.masked_lm import predictions_per_sequence, unigram_baseline
from zen_transformer.objectives.pretraining import PretrainingObjective
from zen_transformer.report.plots import Baselines
from zen_transformer.tasks.batches import evaluation_batches, make_batch, pairs_of
from zen_transformer.tasks.settings import PretrainingConfig, PretrainSettings
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer
from zen_transformer.training.loop import evaluate
from zen_transformer.training.step import make_evaluation


class BertJob:
    """A BERT, its pairs of sentences, and how it does on those of held-out documents."""

    losses: tuple[str, ...] = ("mlm_loss", "nsp_loss")

    def __init__(
        self,
        network: BertForPreTraining,
        settings: PretrainSettings,
        tokenizer: WordPieceTokenizer,
        train: TokenizedDocuments,
        held_out: TokenizedDocuments,
    ):
        self.network = network
        self.config, self.seed = settings.pretraining, settings.seed
        self.tokenizer, self.documents, self.held_out = tokenizer, train, held_out
        self.pairs = pairs_of(train, tokenizer, self.config, parse_mix(settings.corpus)[1])
        self.objective = PretrainingObjective(
            nnx.graphdef(network), tokenizer, self.config.masking_rate, self.config.whole_words
        )
        self.evaluation = jax.jit(make_evaluation(self.objective))

    def examples(self, step: int) -> int:
        return self.config.rows(self.config.length(step))

    def rows(self, step: int, rows: Sequence[int]) -> dict[str, np.ndarray]:
        length = self.config.length(step)
        return make_batch(self.pairs, self.config, length, self.seed, step, rows)

    def operations(self, step: int) -> float:
        length = self.config.length(step)
        predictions = predictions_per_sequence(length, self.config.masking_rate)
        return 3 * bert_flops_per_token(self.network.config, length, predictions)

    # Measuring

    def measure(
        self, parameters: Any, config: PretrainingConfig, mix: np.ndarray, length: int | None = None
    ) -> dict[str, float]:
        """Losses and accuracies on held-out pairs, with the corpora mixed like this."""
        batches = evaluation_batches(self.held_out, self.tokenizer, config, mix, self.seed, length)
        return evaluate(self.evaluation, parameters, batches, jax.random.key(self.seed + 1))

    def measure_on_the_way(self, parameters: Any, step: int) -> dict[str, float]:
        """The same on an eighth of the batches, and at the length now trained on."""
        batches = max(1, self.config.evaluation_batches // 8)
        config = dataclasses.replace(self.config, evaluation_batches=batches)
        return self.measure(parameters, config, self.pairs.shares, self.config.length(step))

    def measured_on(self, step: int) -> str:
        return f"pairs of {self.config.length(step)} tokens"

    def final_metrics(self, parameters: Any) -> dict[str, Any]:
        """Losses and accuracies on the whole mix, and `by_corpus` on each of the corpora."""
        sources = self.held_out.sources
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
