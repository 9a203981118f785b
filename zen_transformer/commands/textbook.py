"""`zen-transformer textbook`: trains a micro-BERT in NumPy alone."""

import time
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from zen_transformer.data.corpora import first_documents, parse_mix
from zen_transformer.data.documents import tokenize_documents
from zen_transformer.errors import check_range
from zen_transformer.evaluation.unigram import unigram_baseline
from zen_transformer.models.bert import BertForPreTraining
from zen_transformer.models.bert_config import BertConfig
from zen_transformer.numpy_nn.initialization import initial_parameters
from zen_transformer.numpy_nn.masked_lm import mask_batch
from zen_transformer.numpy_nn.optimizer import leaves
from zen_transformer.numpy_nn.pretraining import Batch, train
from zen_transformer.objectives.pretraining import MaskedBatchObjective
from zen_transformer.printing import print
from zen_transformer.tasks.bert.batches import make_batch, pairs_of
from zen_transformer.tasks.bert.settings import PretrainingConfig
from zen_transformer.tasks.corpus_text import WordPieceConfig, train_wordpiece
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer
from zen_transformer.training.optimizer import OptimizerConfig, make_optimizer
from zen_transformer.training.step import init_state, make_step

TOKENIZER = WordPieceConfig(vocab_size=1000, alphabet_limit=500)
LENGTH, BATCH_TOKENS = 16, 512
OPTIMIZER = OptimizerConfig(learning_rate=3e-3)
CHARACTERS = 1_000_000
"""Characters to read of each corpus: enough for thousands of steps, and soon tokenized."""
LINES = 20
"""Lines of losses that are printed."""
COMPARED = 100
"""Number of first steps to compare, in which rounding has not yet grown."""

Step = tuple[Any, dict[str, float]]
"""The parameters after a step and the losses before it."""


class TrainingInputs(NamedTuple):
    """The initial weights and the batches, which are the same for both implementations."""

    tokenizer: WordPieceTokenizer
    config: BertConfig
    parameters: Any
    batches: list[Batch]


class TextbookResult(NamedTuple):
    """Mean losses of masked words, and the differences from JAX where it was trained, too."""

    first_mlm_loss: float
    last_mlm_loss: float
    unigram_loss: float
    seconds: float
    largest_difference: float | None = None
    """Largest relative difference of the losses in the first steps."""
    largest_of_all: float | None = None
    """Largest relative difference of the losses in all steps."""


def textbook(
    corpus: tuple[str, ...] = ("sotu",),
    steps: int = 300,
    seed: int = 0,
    beside_jax: bool = False,
) -> TextbookResult:
    """Train a micro-BERT (2 layers, 32 wide) in NumPy, with gradients derived by hand.

    About half a minute on one CPU core.

    For example:

      zen-transformer textbook
      zen-transformer textbook --corpus movie-reviews --steps 800
      zen-transformer textbook --beside-jax

    Args:
        corpus: corpora as for `pretrain`; about the first million characters of each are read.
        steps: number of training steps, each on a batch of its own.
        seed: seed of the weights, the batches and the masks.
        beside_jax: train the JAX model as well, from the same weights on the same batches, and
            show how far the losses are apart.
    """
    check_range("steps", steps, 1)
    check_range("seed", seed, 0)
    inputs = prepare(corpus, steps, seed)
    size = sum(leaf.size for leaf in leaves(inputs.parameters))
    pairs = len(inputs.batches[0]["input_ids"])
    print(f"{size:,} parameters, {steps} steps of {pairs} pairs of {LENGTH} tokens")
    started = time.perf_counter()
    every = max(1, steps // LINES)
    losses = list(_with_progress(train_in_numpy(inputs), every))
    seconds = time.perf_counter() - started
    first, last = (mean_loss(part, "mlm_loss") for part in (losses[:every], losses[-every:]))
    result = TextbookResult(first, last, unigram_loss(inputs), seconds)
    print(
        f"{seconds:.1f} seconds. Masked words: {first:.3f} at first, {last:.3f} at last; "
        f"guessed by their frequency alone {result.unigram_loss:.3f}"
    )
    if not beside_jax:
        return result
    differences = _differences(losses, train_in_jax(inputs))
    return result._replace(
        largest_difference=max(differences[:COMPARED]), largest_of_all=max(differences)
    )


def prepare(corpus: Iterable[str], steps: int, seed: int) -> TrainingInputs:
    """Read some text, learn its vocabulary, and draw the weights and a batch for every step."""
    names, mix = parse_mix(list(corpus))
    documents = [document for name in names for document in first_documents(name, CHARACTERS)]
    tokenizer = train_wordpiece(documents, TOKENIZER)
    tokens = tokenize_documents(documents, tokenizer)
    print(f"{len(documents)} documents, {len(tokens.ids):,} tokens")
    config = BertConfig(
        vocab_size=tokenizer.vocab_size,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=128,
        max_position_embeddings=LENGTH,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    pretraining = PretrainingConfig(
        steps=steps, batch_tokens=BATCH_TOKENS, lengths=(LENGTH,), optimizer=OPTIMIZER
    )
    pairs = pairs_of(tokens, tokenizer, pretraining, mix)
    batches = (make_batch(pairs, pretraining, LENGTH, seed, step) for step in range(steps))
    rng = np.random.default_rng(seed)
    parameters = initial_parameters(config, rng)
    masked = [_mask(rng, batch, tokenizer) for batch in batches]
    return TrainingInputs(tokenizer, config, parameters, masked)


def _mask(rng: np.random.Generator, batch: Batch, tokenizer: WordPieceTokenizer) -> Batch:
    special = np.isin(batch["input_ids"], tokenizer.special_ids)
    maskable = (batch["attention_mask"] > 0) & ~special
    ids = {"mask_id": tokenizer.mask_id, "vocab_size": tokenizer.vocab_size}
    return mask_batch(rng, batch, maskable, **ids)


def unigram_loss(inputs: TrainingInputs) -> float:
    """The loss of predicting each masked word by its frequency among the masked words: the lowest
    that is possible without the context."""
    labels = [batch["masked_labels"][batch["masked_weights"] > 0] for batch in inputs.batches]
    _, counts = np.unique(np.concatenate(labels), return_counts=True)
    shares = counts / counts.sum()
    return unigram_baseline(shares, shares)[0]


def train_in_numpy(inputs: TrainingInputs) -> Iterator[Step]:
    """Train with the NumPy textbook."""
    batches = inputs.batches
    return train(inputs.parameters, batches.__getitem__, len(batches), inputs.config, OPTIMIZER)


def train_in_jax(inputs: TrainingInputs) -> Iterator[Step]:
    """Train with our JAX model and Optax, in float64."""
    optimizer = make_optimizer(OPTIMIZER, len(inputs.batches))
    with jax.enable_x64(True):
        network = BertForPreTraining(inputs.config, rngs=nnx.Rngs(0), dtype=jnp.float64)
        objective = MaskedBatchObjective(nnx.graphdef(network), inputs.tokenizer)
        step = jax.jit(make_step(objective, optimizer))
        state = init_state(jax.tree.map(jnp.asarray, inputs.parameters), optimizer)
        key = jax.random.key(0)  # nothing is drawn any more
    for batch in inputs.batches:
        with jax.enable_x64(True):
            state, metrics = step(state, batch, key)
        yield jax.device_get(state.parameters), {k: float(v) for k, v in metrics.items()}


def _with_progress(steps: Iterator[Step], every: int) -> Iterator[dict[str, float]]:
    """Yield the losses, and print their means after every `every` steps."""
    print(f"{'step':>6}{'loss':>8}{'masked words':>15}{'next sentence':>15}")
    history: list[dict[str, float]] = []
    for number, (_, losses) in enumerate(steps, 1):
        history.append(losses)
        if number % every == 0:
            loss, words, pairs = (
                mean_loss(history[-every:], f"{n}loss") for n in ("", "mlm_", "nsp_")
            )
            print(f"{number:6}{loss:8.3f}{words:15.3f}{pairs:15.3f}", flush=True)
        yield losses


def mean_loss(losses: list[dict[str, float]], name: str) -> float:
    """The mean of one of the losses over some steps."""
    return float(np.mean([entry[name] for entry in losses]))


def _differences(ours: list[dict[str, float]], steps: Iterator[Step]) -> list[float]:
    """Compare the losses of two trainings: the differences relative to the second."""
    started = time.perf_counter()
    pairs = zip(ours, steps, strict=True)
    differences = [
        abs(mine["loss"] - theirs["loss"]) / theirs["loss"] for mine, (_, theirs) in pairs
    ]
    seconds = time.perf_counter() - started
    print(
        f"JAX in float64 from the same weights on the same batches: {seconds:.1f} seconds. Largest "
        f"relative difference of the losses: {max(differences[:COMPARED]):.0e} in the first "
        f"{len(differences[:COMPARED])} steps, {max(differences):.0e} in all {len(differences)}"
    )
    return differences
