"""Beam search: the best few unfinished texts, each step.  Graves 2012; length penalty as in Wu et
al. 2016, section 7, in HuggingFace's form.

    s(y_1 … y_t) = Σ_i log p(y_i | y_<i)               the score of an unfinished text
    s(y) / |y|^α                                       of a finished one; α is `length_penalty`

One step, for each row of the batch:

    1. of all beams · vocab continuations the 2 · beams best by s
    2. those among the first `beams` of them that end become hypotheses; the `beams` best stay
    3. the `beams` best that do not end are the beams of the next step

2 · beams are enough for 3 with one end token: at most `beams` of them can end. A row is open while
a beam could still beat the worst of its hypotheses; its score is divided by |y|^α of its present
length or, with `early_stopping="never"` and α > 0, of the maximum length, which never stops too
early.

`advance` is one step on arrays, `beam_search` the loop around any model.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from zen_transformer.errors import UserError, check_count, check_finite
from zen_transformer.layers.precision import at_least_float32

State = Any
"""What a model keeps between two tokens: a pytree whose leaves have batch · beams rows. A scalar,
such as the number of tokens read, belongs to all rows."""


@dataclass(frozen=True, kw_only=True)
class BeamSearch:
    """Settings of beam search, with HuggingFace's names.

    Raises:
        UserError: a value out of range.
    """

    num_beams: int = 4
    """Number of unfinished texts kept for each prompt."""
    num_return_sequences: int = 1
    """Number of hypotheses returned, the best first."""
    length_penalty: float = 1.0
    """α: above 0 favours long texts, below 0 short ones."""
    early_stopping: bool | Literal["never"] = False
    """True: stop with the first `num_beams` hypotheses; False: when the beams, scored by their
    length so far, cannot beat them; "never": only when no continuation of them can."""
    max_new_tokens: int = 20
    """Maximum number of tokens to generate; a text that has not ended by then ends there."""
    eos_token_ids: tuple[int, ...] = ()
    """Tokens that end a text."""
    pad_token_id: int = 0
    """The token behind the end of a text."""

    def __post_init__(self):
        check_finite(self)
        check_count("num_beams", self.num_beams, 1)
        check_count("max_new_tokens", self.max_new_tokens, 1)
        check_count("num_return_sequences", self.num_return_sequences, 1)
        if self.num_return_sequences > self.num_beams:
            raise UserError(
                f"num_return_sequences is {self.num_return_sequences}: it must be from 1 to "
                f"num_beams, {self.num_beams}"
            )
        if not (isinstance(self.early_stopping, bool) or self.early_stopping == "never"):
            raise UserError(
                f'early_stopping is {self.early_stopping!r}: it must be True, False or "never"'
            )


class Hypotheses(NamedTuple):
    """Finished texts without their prompt, the best first; where there are fewer, the rest have
    length 0 and score −∞."""

    token_ids: Int[Array, "batch kept new"]
    lengths: Int[Array, "batch kept"]
    """Number of tokens, the end token included."""
    scores: Float[Array, "batch kept"]
    """s / |y|^α."""


class Beams(NamedTuple):
    """The state of beam search."""

    token_ids: Int[Array, "batch beams new"]
    scores: Float[Array, "batch beams"]
    """s of the unfinished texts, in falling order; −∞ where there is none."""
    finished: Hypotheses
    open: Bool[Array, " batch"]
    """Whether a better hypothesis can still be found."""
    length: Int[Array, ""]
    """|y| of the unfinished texts."""


def first_beams(batch: int, settings: BeamSearch, dtype: Any) -> Beams:
    """The state before the first step. Only the first beam counts, since equal beams would have
    the same continuations."""
    shape = (batch, settings.num_beams)
    ids = jnp.full((*shape, settings.max_new_tokens), settings.pad_token_id)
    no_score = jnp.full(shape, -jnp.inf, dtype)
    return Beams(
        token_ids=ids,
        scores=no_score.at[:, 0].set(0.0),
        finished=Hypotheses(ids, jnp.zeros(shape, int), no_score),
        open=jnp.ones(batch, bool),
        length=jnp.array(0),
    )


class Step(NamedTuple):
    """The result of one step."""

    beams: Beams
    tokens: Int[Array, "batch beams"]
    """The last token of each beam."""
    origin: Int[Array, "batch beams"]
    """The number of the previous beam that each beam continues."""
    stop: Bool[Array, ""]
    """Whether the search is over."""


def advance(
    beams: Beams, log_probs: Float[Array, "batch beams vocab"], settings: BeamSearch
) -> Step:
    """Advance by one token, given log p of each token after each beam; −∞ forbids a token."""
    batch, count, vocab = log_probs.shape
    candidates = count * max(2, 1 + len(settings.eos_token_ids))
    scores = (beams.scores[:, :, None] + log_probs).reshape(batch, count * vocab)
    scores, chosen = jax.lax.top_k(scores, min(candidates, count * vocab))
    origin, tokens = chosen // vocab, chosen % vocab
    token_ids = _rows(beams.token_ids, origin).at[:, :, beams.length].set(tokens)
    length = beams.length + 1
    ends = jnp.isin(tokens, jnp.array(settings.eos_token_ids, int))
    ends |= length == settings.max_new_tokens

    best = jnp.arange(scores.shape[1]) < count
    finished = _with_new(beams, token_ids, jnp.where(ends & best, scores, -jnp.inf), settings)
    running, place = jax.lax.top_k(jnp.where(ends, -jnp.inf, scores), count)
    is_open = beams.open & _may_improve(running[:, 0], finished, length, settings)
    after = Beams(_rows(token_ids, place), running, finished, is_open, length)

    full = (settings.early_stopping is True) & jnp.all(finished.lengths > 0)
    stop = ~jnp.any(is_open) | full | jnp.all(ends)
    return Step(after, _rows(tokens, place), _rows(origin, place), stop)


def _with_new(
    beams: Beams,
    token_ids: Int[Array, "batch candidates new"],
    scores: Float[Array, "batch candidates"],
    settings: BeamSearch,
) -> Hypotheses:
    """The best of the old hypotheses and of the new ones, which are those with a finite s."""
    old, length = beams.finished, beams.length + 1
    closed = ~beams.open
    if settings.early_stopping is True:
        closed |= jnp.all(old.lengths > 0, axis=1)
    scores = scores / jnp.asarray(length, scores.dtype) ** settings.length_penalty
    scores = jnp.where(closed[:, None], -jnp.inf, scores)
    scores, place = jax.lax.top_k(jnp.concatenate([old.scores, scores], 1), settings.num_beams)
    lengths = jnp.concatenate([old.lengths, jnp.full(token_ids.shape[:2], length)], 1)
    token_ids = jnp.concatenate([old.token_ids, token_ids], 1)
    return Hypotheses(_rows(token_ids, place), _rows(lengths, place), scores)


def _may_improve(
    best: Float[Array, " batch"],
    finished: Hypotheses,
    length: Int[Array, ""],
    settings: BeamSearch,
) -> Bool[Array, " batch"]:
    """Whether the best beam, scored by its present or its maximum length, beats the worst
    hypothesis."""
    by_maximum = settings.early_stopping == "never" and settings.length_penalty > 0
    scored_length = jnp.asarray(settings.max_new_tokens if by_maximum else length, best.dtype)
    return best / scored_length**settings.length_penalty > jnp.min(finished.scores, axis=1)


def _rows(x: Array, place: Int[Array, "batch chosen"]) -> Array:
    """x[b, place[b, i]] for all b and i."""
    return x[jnp.arange(x.shape[0])[:, None], place]


def repeat_rows(state: State, count: int) -> State:
    """Repeat every row of every leaf `count` times, side by side: from one row for each prompt to
    one for each beam."""
    return jax.tree.map(
        lambda leaf: leaf[np.repeat(np.arange(len(leaf)), count)] if np.ndim(leaf) else leaf, state
    )


def _rearranged(state: State, rows: Int[np.ndarray, " rows"]) -> State:
    """The state whose row i is row `rows[i]` of this one."""
    return jax.tree.map(lambda leaf: leaf[rows] if np.ndim(leaf) else leaf, state)


_advance = jax.jit(advance, static_argnames="settings")


def beam_search(
    step: Callable[[State, Int[Array, " rows"]], tuple[Float[Array, "rows vocab"], State]],
    state: State,
    first_tokens: Int[Array, " batch"],
    settings: BeamSearch,
) -> Hypotheses:
    """Search for the likeliest continuations.

    Args:
        step: takes the state and the last token of each of the batch · beams rows, and returns
            log p of the next tokens, −∞ for those that are forbidden, and the new state. It may be
            jitted.
        state: of all tokens of the prompts but the last ones, with `num_beams` equal rows for each
            prompt (`repeat_rows`). The search rearranges its rows with the beams.
        first_tokens: the last token of each prompt.
        settings: of the search.

    Raises:
        UserError: more beams than the vocabulary has tokens.
    """
    batch, count = len(first_tokens), settings.num_beams
    beams, tokens = None, jnp.repeat(jnp.asarray(first_tokens), count)
    first_row = count * np.arange(batch)[:, None]
    for _ in range(settings.max_new_tokens):
        log_probs, state = step(state, tokens)
        log_probs = at_least_float32(log_probs.reshape(batch, count, -1))
        if beams is None:
            _check_vocabulary(count, log_probs.shape[-1])
            beams = first_beams(batch, settings, log_probs.dtype)
        beams, tokens, origin, stop = _advance(beams, log_probs, settings)
        if stop:
            break
        state, tokens = _rearranged(state, (first_row + np.asarray(origin)).ravel()), tokens.ravel()
    assert beams is not None
    return Hypotheses(*(field[:, : settings.num_return_sequences] for field in beams.finished))


def _check_vocabulary(beams: int, vocab: int) -> None:
    if beams > vocab:
        raise UserError(
            f"num_beams is {beams}, the vocabulary has {vocab} tokens: choose at most {vocab} beams"
        )


def beam_search_without_state(
    next_scores: Callable[[Int[np.ndarray, "rows length"]], Float[Array, "rows vocab"]],
    prompts: Int[np.ndarray, "batch prompt"] | Int[Array, "batch prompt"],
    settings: BeamSearch,
) -> Hypotheses:
    """Beam search with a model that keeps no state and reads all ids at each step.

    Args:
        next_scores: takes the ids of every row and returns log p of the next token.
        prompts: prompts of one length, of at least one token.
        settings: of the search.
    """

    def step(token_ids, tokens):
        token_ids = np.concatenate([token_ids, np.asarray(tokens)[:, None]], axis=1)
        return next_scores(token_ids), token_ids

    prompts = np.asarray(prompts)
    before = repeat_rows(prompts[:, :-1], settings.num_beams)
    return beam_search(step, before, jnp.array(prompts[:, -1]), settings)
