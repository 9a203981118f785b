"""Generate text with BERT: one word after another is masked and drawn anew.  Wang & Cho 2019.

    i                                                    a position, each once in a sweep
    w_i ~ p(w | w_1 … w_{i−1} [MASK] w_{i+1} … w_n)      BERT's prediction, given all other words

    pseudo-log-likelihood   Σ_i log p(w_i | all other words)      Salazar et al. 2020, 2.1

If the predictions were the conditionals of one joint distribution, this would be Gibbs sampling and
would converge to that distribution (Geman & Geman 1984). Nothing in BERT's training makes them so:
"it is not an MRF", as Cho corrected the paper. It is a Markov chain with a stationary distribution
of its own, which depends on the order of the positions: the pseudo-Gibbs sampler of a dependency
network (Heckerman et al. 2000). Nor is it the distribution ∝ exp Σ_i z_i that can be made of the
same logits; sampling from that takes an accept-or-reject step (Goyal et al. 2022), which is not
done here.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Bool, Float, Int, Key

from zen_transformer.errors import UserError, check_range
from zen_transformer.generation.sampling import (
    Sampling,
    check_seeds,
    greedy,
    process_logits,
    row_keys,
    sample,
)
from zen_transformer.layers.cross_entropy import log_sum_exp
from zen_transformer.layers.precision import at_least_float32
from zen_transformer.models.bert import BertForMaskedLM
from zen_transformer.models.compilation import forward_options
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer
from zen_transformer.tokenizers.wordpiece_training import PREFIX

Order = Literal["random", "left-to-right"]
"""Order of the positions in a sweep: random, anew for every sweep and text, or always the same."""
BATCH_SIZE = 32
"""Number of masked texts that a pseudo-log-likelihood reads at once."""
MOST_SWEEPS = 1_000_000
"""Beyond it nobody waits for the end, and the number of a step is soon none of 32 bits."""


@dataclass(frozen=True, kw_only=True)
class GibbsConfig:
    """How the masked words are drawn.

    Raises:
        UserError: a value out of range.
    """

    sweeps: int = 10
    """Number of times that each masked word is drawn."""
    seed: int = 0
    """The same seed gives the same text."""
    order: Order = "random"
    """Order of the positions in a sweep."""
    whole_words: bool = False
    """Never draw pieces that continue a word, such as ##ing."""
    temperature: float = 1.0
    """T, above 0: below 1 likely words become likelier, above 1 all become more alike."""
    top_k: int | None = None
    """Draw only from this number of likeliest words."""
    top_p: float | None = None
    """Draw only from the likeliest words that together have this probability."""

    def __post_init__(self):
        check_range("sweeps", self.sweeps, 1, MOST_SWEEPS)
        check_range("seed", self.seed, 0)
        _ = self.distribution  # checks its values

    @property
    def distribution(self) -> Sampling:
        """How BERT's prediction is changed before a piece is drawn from it."""
        return Sampling(temperature=self.temperature, top_k=self.top_k, top_p=self.top_p)


class Frame(NamedTuple):
    """What one step changed in each row."""

    step: int
    position: Int[np.ndarray, " batch"]
    old: Int[np.ndarray, " batch"]
    new: Int[np.ndarray, " batch"]
    surprise: Float[np.ndarray, " batch"]
    """−log p(new | all other words) of BERT's own prediction, in nats: before the temperature and
    top-k."""
    token_ids: Int[np.ndarray, "batch length"]
    """The texts after the step."""


class Sweep(NamedTuple):
    """The texts after every position has been drawn once more."""

    token_ids: Int[np.ndarray, "batch length"]
    changed: Bool[np.ndarray, "batch length"]
    """Where the piece differs from that before the sweep."""
    surprise: Float[np.ndarray, "batch length"]
    """−log p of each piece when it was drawn; NaN where none is drawn."""


class GibbsSampler:
    """Draws the words of a text anew, again and again.

    Special tokens are never drawn, nor ids beyond the tokenizer's vocabulary.

    Args:
        model: predicts the masked words.
        tokenizer: the model's.
        sampling: how a piece is drawn from a prediction; without `do_sample` it is the likeliest,
            so that the text becomes likelier until nothing changes (Besag 1986).
        whole_words: never draw pieces that continue a word ("##ing").

    Raises:
        UserError: a setting about the end of a text, which does not move here; or no piece left to
            draw.
    """

    def __init__(
        self,
        model: BertForMaskedLM,
        tokenizer: WordPieceTokenizer,
        sampling: Sampling = Sampling(),
        *,
        whole_words: bool = False,
    ):
        for name in ("no_repeat_ngram_size", "min_length", "min_new_tokens"):
            if getattr(sampling, name):
                raise UserError(
                    f"{name} is {getattr(sampling, name)}: it is about a text that grows at its "
                    "end, here all words are there from the beginning; leave it at 0"
                )
        suppressed = {*sampling.suppress_tokens, *tokenizer.special_ids}
        suppressed |= {*range(tokenizer.vocab_size, model.config.vocab_size)}
        if whole_words:
            suppressed |= {i for piece, i in tokenizer.ids.items() if piece.startswith(PREFIX)}
        if len(suppressed) >= model.config.vocab_size:
            raise UserError("no piece of the vocabulary may be drawn: forbid fewer")
        self.sampling = replace(sampling, suppress_tokens=tuple(sorted(suppressed)))
        self.mask_id, self.config = tokenizer.mask_id, model.config
        self.graph, state = nnx.split(model)
        self.parameters = nnx.to_pure_dict(state)
        self._step = jax.jit(self._draw, compiler_options=forward_options())
        self._score = jax.jit(self._log_likelihood, compiler_options=forward_options())

    def frames(
        self,
        token_ids: Sequence[int] | Int[np.ndarray, " length"],
        places: Sequence[int] | Int[np.ndarray, " places"] | None = None,
        *,
        sweeps: int,
        seeds: Sequence[int] = (0,),
        order: Order = "random",
    ) -> Iterator[Frame]:
        """Yield the texts step by step: one for each seed, all with the same beginning.

        Args:
            token_ids: the initial text, as the tokenizer encodes it: [CLS] … [SEP].
            places: the positions that are drawn; those of [MASK], if not given.
            sweeps: number of times that each position is drawn.
            seeds: one for each text, on which alone its draws depend.
            order: order of the positions.

        Raises:
            UserError: nothing to draw, a position outside the text, a text longer than the model
                has positions, or a number out of range.
        """
        ids, free = self._checked(token_ids, places)
        check_range("sweeps", sweeps, 1, MOST_SWEEPS)
        check_seeds(seeds)
        rows, numbers = jnp.tile(jnp.asarray(ids), (len(seeds), 1)), jnp.array(seeds, int)
        before = np.asarray(rows)
        for step in range(sweeps * len(free)):
            sweep, number = divmod(step, len(free))
            if number == 0:
                positions = np.array([_positions(free, order, seed, sweep) for seed in seeds])
            position = positions[:, number]
            keys = row_keys(numbers, step)
            rows, new, surprise = self._step(self.parameters, rows, position, keys)
            after = np.asarray(rows)
            old = before[np.arange(len(before)), position]
            yield Frame(step, position, old, np.asarray(new), np.asarray(surprise), after)
            before = after

    def pseudo_log_likelihood(
        self,
        token_ids: Int[np.ndarray, "batch length"],
        places: Sequence[int] | Int[np.ndarray, " places"] | None = None,
    ) -> Float[np.ndarray, " batch"]:
        """Compute Σ log p(w_i | all other words) of each text, in nats.

        Args:
            token_ids: the texts.
            places: the positions summed over; if not given, all but the first and the last, which
                are [CLS] and [SEP].
        """
        texts = jnp.asarray(token_ids)
        free = np.arange(1, texts.shape[1] - 1) if places is None else np.asarray(places)
        scores = [self._score(self.parameters, text, free) for text in texts]
        return np.array(scores)

    def _checked(
        self, token_ids: Sequence[int] | Int[np.ndarray, " length"], places: Any
    ) -> tuple[Int[np.ndarray, " length"], Int[np.ndarray, " places"]]:
        ids = np.asarray(token_ids, np.int32)
        free = np.flatnonzero(ids == self.mask_id) if places is None else np.asarray(places, int)
        if not len(free):
            raise UserError("there is nothing to draw: put [MASK] into the text, or name places")
        if not 0 <= free.min() <= free.max() < len(ids):
            raise UserError(f"places go from {free.min()} to {free.max()}, the text has {len(ids)}")
        if len(ids) > self.config.max_position_embeddings:
            raise UserError(
                f"input has {len(ids)} tokens, the model has "
                f"{self.config.max_position_embeddings} positions: shorten the text"
            )
        return ids, free

    # Pure functions, each compiled once for texts of one shape

    def _draw(
        self,
        parameters: Any,
        token_ids: Int[Array, "batch length"],
        position: Int[Array, " batch"],
        keys: Key[Array, " batch"],
    ) -> tuple[Int[Array, "batch length"], Int[Array, " batch"], Float[Array, " batch"]]:
        """Draw one position of each text: the new texts, the pieces drawn, and −log p of each."""
        rows = jnp.arange(len(position))
        masked = token_ids.at[rows, position].set(self.mask_id)
        logits = self._logits_at(parameters, masked, position)
        others = jnp.ones_like(masked, bool).at[rows, position].set(False)
        processed = process_logits(logits, self.sampling, masked, others)
        new = sample(processed, keys) if self.sampling.do_sample else greedy(processed)
        surprise = log_sum_exp(logits) - logits[rows, new]
        return masked.at[rows, position].set(new.astype(masked.dtype)), new, surprise

    def _log_likelihood(
        self, parameters: Any, text: Int[Array, " length"], places: Int[Array, " places"]
    ) -> Float[Array, ""]:
        def at(place):
            masked = text.at[place].set(self.mask_id)
            logits = self._logits_at(parameters, masked[None], place[None])[0]
            return logits[text[place]] - log_sum_exp(logits)

        return jnp.sum(jax.lax.map(at, places, batch_size=BATCH_SIZE))

    def _logits_at(
        self,
        parameters: Any,
        masked: Int[Array, "batch length"],
        position: Int[Array, " batch"],
    ) -> Float[Array, "batch vocab"]:
        """Logits for one position of each text."""
        model = nnx.merge(self.graph, parameters)
        return at_least_float32(model(masked, masked_positions=position[:, None]).logits[:, 0])


def _positions(
    places: Int[np.ndarray, " places"], order: Order, seed: int, sweep: int
) -> Int[np.ndarray, " places"]:
    """The positions in the order of one sweep."""
    if order == "left-to-right":
        return np.sort(places)
    return np.random.default_rng([seed, sweep]).permutation(places)


def by_sweep(frames: Iterable[Frame], places: int) -> Iterator[Sweep]:
    """Yield the texts after every sweep.

    Args:
        frames: what `GibbsSampler.frames` yields.
        places: number of positions that are drawn in a sweep.
    """
    changed = surprise = None
    for frame in frames:
        if changed is None or surprise is None:
            changed = np.zeros(frame.token_ids.shape, bool)
            surprise = np.full(frame.token_ids.shape, np.nan)
        rows = np.arange(len(changed))
        changed[rows, frame.position] = frame.old != frame.new
        surprise[rows, frame.position] = frame.surprise
        if (frame.step + 1) % places == 0:
            yield Sweep(frame.token_ids, changed, surprise)
            changed = surprise = None
