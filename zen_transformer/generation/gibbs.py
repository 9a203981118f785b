"""BERT writes: one word after another is masked and drawn anew.  Wang & Cho 2019.

    i                                              a place, each once in a sweep
    w_i ~ p(w | w_1 … w_{i−1} [MASK] w_{i+1} … w_n)      BERT's guess there, of all other words

    pseudo-log-likelihood   Σ_i log p(w_i | all other words)      Salazar et al. 2020, 2.1

If the guesses were the conditionals of one joint distribution, this would be Gibbs sampling and
that distribution would be reached (Geman & Geman 1984). Nothing in BERT's training makes them so:
"it is not an MRF", as Cho corrected the paper. What is left is a Markov chain that has a stationary
distribution of its own, which depends on the order of the places: the pseudo-Gibbs sampler of a
dependency network (Heckerman et al. 2000). Nor is it the distribution ∝ exp Σ_i z_i that one may
make of the same logits; to draw from that takes an accept-or-reject step (Goyal et al. 2022), which
is not done here.
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
from zen_transformer.generation.sampling import Sampling, greedy, process_logits, row_keys, sample
from zen_transformer.layers.precision import at_least_float32
from zen_transformer.models.bert import BertForMaskedLM
from zen_transformer.models.compilation import forward_options
from zen_transformer.objectives.cross_entropy import log_sum_exp
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer
from zen_transformer.tokenizers.wordpiece_training import PREFIX

Order = Literal["random", "left-to-right"]
"""Of the places: for every sweep and text another one, or always the same."""
TOGETHER = 32
"""Masked texts that a pseudo-log-likelihood reads at once."""


@dataclass(frozen=True, kw_only=True)
class GibbsConfig:
    """How often and from what the masked words are drawn.

    Raises:
        UserError: a value that cannot be meant.
    """

    sweeps: int = 10
    """Number of times that each masked word is drawn."""
    seed: int = 0
    """The same seed writes the same text."""
    order: Order = "random"
    """Order of the places in a sweep."""
    whole_words: bool = False
    """Draw no pieces that continue a word, such as ##ing."""
    temperature: float = 1.0
    """Below 1 the likely words become likelier, above 1 all more alike."""
    top_k: int | None = None
    """Draw from so many of the likeliest."""
    top_p: float | None = None
    """Draw from the likeliest that together have this probability."""

    def __post_init__(self):
        check_range("sweeps", self.sweeps, 1)
        check_range("seed", self.seed, 0)
        _ = self.distribution  # checks its values

    @property
    def distribution(self) -> Sampling:
        """What is done to BERT's guess before a piece is drawn of it."""
        return Sampling(temperature=self.temperature, top_k=self.top_k, top_p=self.top_p)


class Frame(NamedTuple):
    """What one step did, in each row."""

    step: int
    position: Int[np.ndarray, " batch"]
    old: Int[np.ndarray, " batch"]
    new: Int[np.ndarray, " batch"]
    surprise: Float[np.ndarray, " batch"]
    """−log p(new | all other words), in nats, as BERT has it: before the temperature and top-k."""
    token_ids: Int[np.ndarray, "batch length"]
    """The texts with the new words in them."""


class Sweep(NamedTuple):
    """The texts when every place has been drawn once more."""

    token_ids: Int[np.ndarray, "batch length"]
    changed: Bool[np.ndarray, "batch length"]
    """Where another piece stands than before the sweep."""
    surprise: Float[np.ndarray, "batch length"]
    """Of each piece when it was drawn; not a number where none is."""


class GibbsSampler:
    """Draws the words of a text anew, again and again.

    Special tokens are never drawn, nor the vectors that fill up a model's table.

    Args:
        model: gives the guesses.
        tokenizer: the model's.
        sampling: how a piece is drawn of a guess; without `do_sample` it is the likeliest, so that
            a text climbs until nothing changes (Besag 1986).
        whole_words: draw no pieces that continue a word ("##ing").

    Raises:
        UserError: a rule about the end of a text, as there is none here; or no piece that may come.
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
        never = {*sampling.suppress_tokens, *tokenizer.special_ids}
        never |= {*range(tokenizer.vocab_size, model.config.vocab_size)}
        if whole_words:
            never |= {i for piece, i in tokenizer.ids.items() if piece.startswith(PREFIX)}
        if len(never) >= model.config.vocab_size:
            raise UserError("no piece of the vocabulary may be drawn: forbid fewer")
        self.sampling = replace(sampling, suppress_tokens=tuple(sorted(never)))
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
        """Step after step, of as many texts as there are seeds; all begin alike.

        Args:
            token_ids: the text to begin with, as the tokenizer encodes it: [CLS] … [SEP].
            places: what is drawn anew; where [MASK] stands, if not given. All else stays.
            sweeps: how often each place is drawn.
            seeds: what becomes of a text depends on its seed alone.
            order: of the places.

        Raises:
            UserError: nothing to draw, a place outside the text, a text longer than the model has
                positions, or numbers that cannot be meant.
        """
        ids, free = self._checked(token_ids, places)
        check_range("sweeps", sweeps, 1)
        check_range("the smallest seed", min(seeds, default=0), 0)
        rows, numbers = jnp.tile(jnp.asarray(ids), (len(seeds), 1)), jnp.array(seeds, int)
        before = np.asarray(rows)
        for step in range(sweeps * len(free)):
            sweep, number = divmod(step, len(free))
            if number == 0:
                walks = np.array([_walk(free, order, seed, sweep) for seed in seeds])
            position = walks[:, number]
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
        """Σ log p(w_i | all other words) of each text, in nats; over some places, or all but the
        first and the last, which are [CLS] and [SEP]."""
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

    # Pure, and compiled once for texts of one shape

    def _draw(
        self,
        parameters: Any,
        token_ids: Int[Array, "batch length"],
        position: Int[Array, " batch"],
        keys: Key[Array, " batch"],
    ) -> tuple[Int[Array, "batch length"], Int[Array, " batch"], Float[Array, " batch"]]:
        """The texts with a new piece at one place of each, the pieces, and their surprise."""
        rows = jnp.arange(len(position))
        masked = token_ids.at[rows, position].set(self.mask_id)
        logits = self._guess(parameters, masked, position)
        others = jnp.ones_like(masked, bool).at[rows, position].set(False)
        odds = process_logits(logits, self.sampling, masked, others)
        new = sample(odds, keys) if self.sampling.do_sample else greedy(odds)
        surprise = log_sum_exp(logits) - logits[rows, new]
        return masked.at[rows, position].set(new.astype(masked.dtype)), new, surprise

    def _log_likelihood(
        self, parameters: Any, text: Int[Array, " length"], places: Int[Array, " places"]
    ) -> Float[Array, ""]:
        def at(place):
            masked = text.at[place].set(self.mask_id)
            logits = self._guess(parameters, masked[None], place[None])[0]
            return logits[text[place]] - log_sum_exp(logits)

        return jnp.sum(jax.lax.map(at, places, batch_size=TOGETHER))

    def _guess(
        self,
        parameters: Any,
        masked: Int[Array, "batch length"],
        position: Int[Array, " batch"],
    ) -> Float[Array, "batch vocab"]:
        """Logits for one place of each text."""
        model = nnx.merge(self.graph, parameters)
        return at_least_float32(model(masked, masked_positions=position[:, None]).logits[:, 0])


def _walk(
    places: Int[np.ndarray, " places"], order: Order, seed: int, sweep: int
) -> Int[np.ndarray, " places"]:
    """The places in the order of one sweep."""
    if order == "left-to-right":
        return np.sort(places)
    return np.random.default_rng([seed, sweep]).permutation(places)


def by_sweep(frames: Iterable[Frame], places: int) -> Iterator[Sweep]:
    """The texts after every sweep over so many places, of what `frames` yields."""
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
