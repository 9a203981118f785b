"""A small BERT on real text, in which the symptom of a mistake shows within a minute.

Functions that a mistake may replace are called through their modules here, so that they are
replaced here, too. The initial weights, the text and its batches are the same for all mistakes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from tqdm import tqdm

from zen_transformer.data.corpora import first_documents
from zen_transformer.data.documents import TokenizedDocuments, tokenize_documents
from zen_transformer.evaluation.unigram import unigram_baseline
from zen_transformer.gallery.scale import Scale
from zen_transformer.models.bert import BertForPreTraining
from zen_transformer.models.bert_config import BertConfig
from zen_transformer.objectives.pretraining import MaskedBatchObjective, PretrainingObjective
from zen_transformer.tasks.bert.batches import make_batch, pairs_of
from zen_transformer.tasks.bert.settings import PretrainingConfig
from zen_transformer.tasks.corpus_text import WordPieceConfig, train_wordpiece
from zen_transformer.training import loop, optimizer, step

Batch = dict[str, np.ndarray]
Trace = dict[str, np.ndarray]
HELD_OUT = 8
"""One document in this many is held out."""


@dataclass(frozen=True)
class TrainedModel:
    """The parameters after a training, the metrics of each step, and those on held-out pairs, which
    the code of the training measured."""

    parameters: Any
    rows: list[dict[str, Any]]
    held_out: dict[str, float]

    def curve(self, name: str = "mlm_loss") -> np.ndarray:
        """One of the metrics at every step."""
        return np.array([row[name] for row in self.rows], np.float64)


class Lab:
    """The tokenized text, and the trainings and measurements on it."""

    def __init__(self, scale: Scale = Scale()):
        self.scale = scale
        documents = list(first_documents(scale.corpus, scale.characters))
        train = [document for place, document in enumerate(documents) if place % HELD_OUT]
        vocabulary = WordPieceConfig(vocab_size=scale.vocab, alphabet_limit=200)
        self.tokenizer = train_wordpiece(train, vocabulary)
        self.tokens = tokenize_documents(train, self.tokenizer)
        held_out = tokenize_documents(documents[::HELD_OUT], self.tokenizer)
        size = self.tokenizer.vocab_size
        self.unigram_loss = unigram_baseline(
            self.tokens.frequencies(size)[0], held_out.frequencies(size)[0]
        )[0]
        self.held_out = self._batches(
            held_out, scale.evaluation_batches, seed=1
        )  # odd; those of trainings are even
        self.other_seeds: list[TrainedModel] = []
        """Trainings of the right code with other seeds, where somebody has run them."""
        self._trained: dict[tuple[float, float], TrainedModel] = {}

    def _batches(self, tokens: TokenizedDocuments, count: int, seed: int) -> list[Batch]:
        scale = self.scale
        config = PretrainingConfig(
            steps=count,
            batch_tokens=scale.batch_tokens,
            lengths=(scale.length,),
            short_fraction=scale.short_fraction,
        )
        pairs = pairs_of(tokens, self.tokenizer, config, None)
        return [make_batch(pairs, config, scale.length, seed, number) for number in range(count)]

    # The model

    def config(self, dropout: float = 0.0) -> BertConfig:
        """The config of the model."""
        return BertConfig(
            vocab_size=self.tokenizer.vocab_size,
            hidden_size=self.scale.hidden,
            num_hidden_layers=self.scale.layers,
            num_attention_heads=self.scale.heads,
            intermediate_size=4 * self.scale.hidden,
            max_position_embeddings=self.scale.positions,
            hidden_dropout_prob=dropout,
            attention_probs_dropout_prob=dropout,
        )

    def objective(self, dropout: float = 0.0) -> PretrainingObjective:
        """The objective of a model of the present code; its parameters come with each call."""
        config = self.config(dropout)
        model = nnx.eval_shape(lambda: BertForPreTraining(config, rngs=nnx.Rngs(0)))
        return PretrainingObjective(nnx.graphdef(model), self.tokenizer)

    def start(self, seed: int = 0) -> Any:
        """Initialise the weights."""
        model = BertForPreTraining(self.config(), rngs=nnx.Rngs(seed))
        return jax.device_get(nnx.to_pure_dict(nnx.state(model)))

    # Training

    def right(self, dropout: float = 0.0, factor: float = 1.0) -> TrainedModel:
        """Train with the right code, once. Must not be called while a mistake is made."""
        if (dropout, factor) not in self._trained:
            self._trained[dropout, factor] = self.train(dropout, factor)
        return self._trained[dropout, factor]

    def train(
        self,
        dropout: float = 0.0,
        factor: float = 1.0,
        microbatches: int = 1,
        seed: int = 0,
        steps: int | None = None,
    ) -> TrainedModel:
        """Train with the present code.

        Args:
            dropout: dropout rate.
            factor: factor on the learning rate.
            microbatches: number of parts of a batch.
            seed: seed of the weights, the pairs and the masks.
            steps: number of steps to stop after; all of them, if it is not given.
        """
        adam = optimizer.make_optimizer(self.optimizer_config(factor), self.scale.steps)
        run = step.make_step(self.objective(dropout), adam, microbatches=microbatches)
        state, compiled = step.init_state(self.start(seed), adam), jax.jit(run, donate_argnums=0)
        state = jax.tree.map(jnp.array, state)
        batches = self._batches(self.tokens, steps or self.scale.steps, seed=2 * seed)
        key, rows = jax.random.key(seed), []
        for batch in tqdm(batches, desc="training", unit="step", disable=None, leave=False):
            state, metrics = compiled(state, batch, key)
            rows.append(metrics)
        parameters = jax.device_get(state.parameters)
        return TrainedModel(parameters, jax.device_get(rows), self.measure(parameters, dropout))

    def optimizer_config(self, factor: float = 1.0) -> optimizer.OptimizerConfig:
        """The settings of the optimizer."""
        return optimizer.OptimizerConfig(learning_rate=factor * self.scale.learning_rate)

    # Measuring

    def measure(self, parameters: Any, dropout: float = 0.0) -> dict[str, float]:
        """Measure losses and accuracies on the held-out pairs."""
        evaluation = jax.jit(step.make_evaluation(self.objective(dropout)))
        return loop.evaluate(evaluation, parameters, self.held_out, jax.random.key(1))

    def masked_batch(self) -> Batch:
        """Make a batch of held-out pairs with masked words."""
        batch = {name: jnp.asarray(values) for name, values in self.held_out[0].items()}
        keys = step.example_keys(jax.random.key(2), batch)
        return jax.device_get(jax.jit(self.objective().prepare)(batch, keys))

    def losses(
        self,
        parameters: Any,
        batches: Sequence[Batch],
        dropout: float = 0.0,
        keys: Sequence[int] = (0,),
    ) -> list[float]:
        """Measure the loss of the masked words of batches that are masked already.

        There is a loss for each batch and each key; a key changes nothing in a right evaluation.
        """
        objective = self.objective(dropout)
        masked = MaskedBatchObjective(objective.graph, objective.tokenizer)
        evaluation = jax.jit(step.make_evaluation(masked))
        sums = [
            evaluation(parameters, batch, jax.random.key(key))["mlm_loss"]
            for batch in batches
            for key in keys
        ]
        return [float(step.mean(pair)) for pair in sums]

    def trace(self, parameters: Any, batch: Batch | None = None) -> Trace:
        """Trace hidden states, attentions and pooled vectors of a held-out batch, in float64."""
        batch = self.held_out[0] if batch is None else batch
        names = ("input_ids", "attention_mask", "token_type_ids")
        graph = self.objective().graph

        def run(parameters: Any, batch: Batch) -> Any:
            model = nnx.merge(graph, parameters)
            output = model.bert(*batch, output_hidden_states=True, output_attentions=True)
            layers = enumerate(output.hidden_states)
            weights = enumerate(output.attentions)
            return (
                {f"layer {number}": states for number, states in layers}
                | {"pooled": output.pooler_output}
                | {f"attention {number}": maps for number, maps in weights}
            )

        with jax.enable_x64(True):
            wide = jax.tree.map(lambda x: jnp.asarray(x, jnp.float64), parameters)
            return jax.device_get(jax.jit(run)(wide, [batch[name] for name in names]))


def padded(batch: Batch, more: int) -> Batch:
    """Put more padding behind every pair of a batch."""
    names = ("input_ids", "attention_mask", "token_type_ids")
    return batch | {name: np.pad(batch[name], ((0, 0), (0, more))) for name in names}
