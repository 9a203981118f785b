"""Masked words and next sentences, as the trainer needs them."""

import dataclasses
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from flax import nnx

from zen_transformer.data.corpora import parse_mix
from zen_transformer.data.documents import TokenizedDocuments
from zen_transformer.evaluation.unigram import unigram_baseline
from zen_transformer.models.bert import BertForPreTraining
from zen_transformer.objectives.pretraining import PretrainingObjective
from zen_transformer.runs.job import Batch, Job
from zen_transformer.tasks.bert.batches import evaluation_batches, make_batch, pairs_of
from zen_transformer.tasks.bert.compute import flops_per_token
from zen_transformer.tasks.bert.settings import BertSettings, PretrainingConfig
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer


class BertJob(Job):
    """A BERT, its pairs of sentences, and how it does on those of held-out documents."""

    losses = ("mlm_loss", "nsp_loss")
    progress: ClassVar = {"mlm_accuracy": "MLM", "nsp_accuracy": "NSP"}

    def __init__(
        self,
        network: BertForPreTraining,
        settings: BertSettings,
        tokenizer: WordPieceTokenizer,
        train: TokenizedDocuments,
        held_out: TokenizedDocuments,
    ):
        self.config, self.seed = settings.pretraining, settings.seed
        self.tokenizer, self.documents, self.held_out = tokenizer, train, held_out
        self.pairs = pairs_of(train, tokenizer, self.config, parse_mix(settings.corpus)[1])
        measured = PretrainingObjective(
            nnx.graphdef(network), tokenizer, self.config.masking_rate, self.config.whole_words
        )
        learnt = dataclasses.replace(measured, masking_rate_of=self.config.masking_rate_of)
        super().__init__(network, learnt, measured)

    def examples(self, step: int) -> int:
        return self.config.rows(self.config.length(step))

    def rows(self, step: int, rows: Sequence[int]) -> Batch:
        length = self.config.length(step)
        batch = make_batch(self.pairs, self.config, length, self.seed, step, rows)
        if not self.config.shift_positions:
            return batch
        return batch | {"position_ids": self._shifted_positions(step, rows, length)}

    def _shifted_positions(self, step: int, rows: Sequence[int], length: int) -> np.ndarray:
        """Positions [rows, length] that begin anywhere; those of the longest pairs begin at 0."""
        room = max(self.config.lengths) - length
        draws = (np.random.default_rng([self.seed, step, row, 1]) for row in rows)
        firsts = np.array([rng.integers(room + 1) for rng in draws], np.int32)
        return firsts[:, None] + np.arange(length, dtype=np.int32)

    def flops(self, step: int) -> float:
        return flops_per_token(self.network.config, self.config, step)

    def measure_mix(
        self, parameters: Any, config: PretrainingConfig, mix: np.ndarray, length: int | None = None
    ) -> dict[str, float]:
        """Losses and accuracies on held-out pairs, with the corpora in these proportions."""
        batches = evaluation_batches(self.held_out, self.tokenizer, config, mix, self.seed, length)
        return self.measure(parameters, batches, self.seed + 1)

    def measure_on_the_way(self, parameters: Any, step: int) -> dict[str, float]:
        """On an eighth of the batches, and at the length now trained on."""
        batches = max(1, self.config.evaluation_batches // 8)
        config = dataclasses.replace(self.config, evaluation_batches=batches)
        return self.measure_mix(parameters, config, self.pairs.shares, self.config.length(step))

    def measured_on(self, step: int) -> str:
        return f"pairs of {self.config.length(step)} tokens"

    def measure_each(self, parameters: Any) -> dict[str, dict[str, float]]:
        """Losses and accuracies on the whole mix, under "", and on each of the corpora."""
        sources = self.held_out.sources
        mixes = zip(("", *sources), (self.pairs.shares, *np.eye(len(sources))), strict=True)
        return {name: self.measure_mix(parameters, self.config, mix) for name, mix in mixes}

    def unigram_baseline(self) -> dict[str, float]:
        """What the frequencies of pieces alone can do on the same mix: loss and accuracy."""
        vocab_size = self.tokenizer.vocab_size
        train, test = (
            self.pairs.shares @ documents.frequencies(vocab_size)
            for documents in (self.documents, self.held_out)
        )
        loss, accuracy = unigram_baseline(train, test)
        return {"unigram_loss": loss, "unigram_accuracy": accuracy}
