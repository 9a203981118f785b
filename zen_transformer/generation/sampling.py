"""Processing of the logits of the next token, and sampling from them.

    p = softmax(z)                  z the logits, p the model's distribution
    z_v ← −∞                        takes the token v out: softmax gives it probability 0

    temperature          z / T
    top-k                keep v with z_v ≥ the k-th largest         Fan et al. 2018
    top-p, nucleus       keep the fewest likely with Σ p ≥ P        Holtzman et al. 2020, 3.1
    min-p                keep v with p_v ≥ m · max p                Nguyen et al. 2024
    repetition penalty   z/θ if z > 0, else z·θ, of v seen before   Keskar et al. 2019, 4.1
    no repeated n-gram   take out v that would complete one seen    Paulus et al. 2018, 2.5
    renormalize          log softmax(z)                             of what is left

    greedy               argmax z
    sample               argmax (z + G),  G = −log(−log U)          U uniform: the Gumbel-max trick

What forces or forbids tokens at one place of a text is in token_constraints.py. Names and
behaviour are those of HuggingFace's logits processors. Everything may be jitted, with the settings
static. The text so far is given as `token_ids` [batch, length] with the mask `valid`;
the valid tokens of a row are contiguous, with padding on either side.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, Key

from zen_transformer.errors import UserError, check_count, check_range
from zen_transformer.generation.token_constraints import (
    Lengths,
    Logits,
    allow_tokens,
    end_of_text,
    forbid_tokens,
    forced_bos_token,
    forced_eos_token,
    minimum_length,
    no_bad_words,
    suppress_tokens_at_begin,
)
from zen_transformer.layers.attention import softmax
from zen_transformer.layers.cross_entropy import log_sum_exp
from zen_transformer.layers.precision import at_least_float32

Number = float | Float[Array, ""]

NO_TOKEN = -1
"""Chosen where every token was taken out."""
COLDEST = 1e-6
"""The lowest temperature: z / T must not overflow in float32."""


# Processors that treat every token alike


def temperature(logits: Logits, value: Number) -> Logits:
    """z / T: below 1 likely tokens become likelier, above 1 all become more alike."""
    return logits / value


def top_k(logits: Logits, count: int) -> Logits:
    """Keep the k largest logits, and those equal to the smallest of them."""
    largest, _ = jax.lax.top_k(logits, min(count, logits.shape[-1]))
    return jnp.where(logits < largest[:, -1:], -jnp.inf, logits)


def top_p(logits: Logits, mass: Number) -> Logits:
    """Keep the smallest set of likeliest tokens whose probabilities sum to P or more.

    From the least likely upwards, tokens are removed while their probabilities sum to at most
    1 − P; the likeliest always stays. Of equally likely tokens those with the smaller ids are
    removed first; HuggingFace leaves that to `torch.sort`, which is not stable for large inputs.
    """
    order = jnp.argsort(logits, axis=-1, stable=True)
    upwards = jnp.cumsum(softmax(jnp.take_along_axis(logits, order, axis=-1)), axis=-1)
    removed = (upwards <= 1 - mass).at[:, -1].set(False)
    rows = jnp.arange(logits.shape[0])[:, None]
    return jnp.where(jnp.zeros_like(removed).at[rows, order].set(removed), -jnp.inf, logits)


def min_p(logits: Logits, share: Number) -> Logits:
    """Keep tokens with at least the share m of the likeliest token's probability."""
    probabilities = softmax(logits)
    least = share * jnp.max(probabilities, axis=-1, keepdims=True)
    return jnp.where(probabilities < least, -jnp.inf, logits)


def renormalize(logits: Logits) -> Logits:
    """log softmax(z), so that the probabilities of the tokens that are left sum to 1 again."""
    left = logits > -jnp.inf
    return jnp.where(left, logits - log_sum_exp(logits)[:, None], -jnp.inf)


# Processors that look at the text so far


def repetition_penalty(
    logits: Logits,
    token_ids: Int[Array, "batch length"],
    valid: Bool[Array, "batch length"],
    penalty: Number,
) -> Logits:
    """z/θ if z > 0, else z·θ, for every token of the text so far, however often it occurs.

    θ > 1 makes them less likely. The paper always divides, which makes them likelier if z < 0.
    """
    penalized = jnp.where(logits < 0, logits * penalty, logits / penalty)
    return jnp.where(_marked(token_ids, valid, logits.shape[-1]), penalized, logits)


def no_repeat_ngram(
    logits: Logits,
    token_ids: Int[Array, "batch length"],
    valid: Bool[Array, "batch length"],
    size: int,
) -> Logits:
    """Take out every token that would complete an n-gram for the second time: what followed earlier
    occurrences of the last n − 1 tokens. Padding does not count as a token (HuggingFace counts it).
    """
    windows = token_ids.shape[1] - size + 1
    if windows < 1:
        return logits
    places = jnp.arange(windows)[:, None] + jnp.arange(size)  # [windows, size]
    complete = jnp.all(valid[:, places], axis=-1)
    end = end_of_text(valid)
    last = end[:, None] + jnp.arange(1 - size, 0)  # [batch, size - 1]
    prefix = jnp.take_along_axis(token_ids, jnp.maximum(last, 0), axis=1)
    same = jnp.all(token_ids[:, places[:, :-1]] == prefix[:, None], axis=-1)
    return jnp.where(
        _marked(token_ids[:, size - 1 :], same & complete, logits.shape[-1]), -jnp.inf, logits
    )


def _marked(
    token_ids: Int[Array, "batch places"], where: Bool[Array, "batch places"], vocab: int
) -> Bool[Array, "batch vocab"]:
    """Which tokens stand at the positions where the mask is true."""
    rows = jnp.arange(token_ids.shape[0])[:, None]
    unmarked = jnp.zeros((token_ids.shape[0], vocab), bool)
    return unmarked.at[rows, jnp.where(where, token_ids, vocab)].set(True, mode="drop")


# All together


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How the next token is chosen, with HuggingFace's names; the default is to sample.

    Raises:
        UserError: a value out of range.
    """

    do_sample: bool = True
    """Sample the next token; otherwise take the likeliest, and ignore temperature, top-k, top-p
    and min-p."""
    temperature: float = 1.0
    """T, at least 1e-6: below 1 likely tokens become likelier, above 1 all become more alike."""
    top_k: int | None = None
    """Keep this number of likeliest tokens."""
    top_p: float | None = None
    """Keep the likeliest tokens that together have this probability, above 0 and at most 1."""
    min_p: float | None = None
    """Keep tokens with at least this share of the likeliest token's probability, from 0 to 1."""
    repetition_penalty: float = 1.0
    """θ for the tokens of the text so far, the prompt included; 1 changes nothing."""
    no_repeat_ngram_size: int = 0
    """Size of n-grams that may occur only once; 0 allows all."""
    min_length: int = 0
    """Minimum number of tokens, the prompt included, before the text may end."""
    min_new_tokens: int = 0
    """Minimum number of generated tokens before the text may end."""
    suppress_tokens: tuple[int, ...] = ()
    """Ids that are never generated."""
    begin_suppress_tokens: tuple[int, ...] = ()
    """Ids that are not generated as the first token."""
    bad_words_ids: tuple[tuple[int, ...], ...] = ()
    """Sequences of ids that are never generated; an id that ends a text is no bad word."""
    forced_bos_token_id: int | None = None
    """The id behind a text of one token, which is the first that an encoder–decoder writes."""
    forced_eos_token_ids: tuple[int, ...] = ()
    """Ids of which one is the last where a text has its maximum length."""
    renormalize_logits: bool = False
    """Let the probabilities of the tokens that are left sum to 1 again, in the scores of beams."""

    def __post_init__(self):
        if self.do_sample and not COLDEST <= self.temperature < math.inf:
            raise UserError(
                f"temperature is {self.temperature}: it must be at least {COLDEST:g}; what it "
                "tends to at 0 is greedy decoding, do_sample=False or --no-do-sample"
            )
        if self.top_k is not None:
            check_count("top_k", self.top_k, 1)
        if self.top_p is not None and not 0 < self.top_p <= 1:
            raise UserError(f"top_p is {self.top_p}: it must be above 0 and at most 1")
        if self.min_p is not None:
            check_range("min_p", self.min_p, 0, 1)
        if not 0 < self.repetition_penalty < math.inf:
            raise UserError(
                f"repetition_penalty is {self.repetition_penalty}: it must be above 0; "
                "1 changes nothing"
            )
        for name in ("no_repeat_ngram_size", "min_length", "min_new_tokens"):
            check_count(name, getattr(self, name), 0)
        self._check_ids()

    def _check_ids(self) -> None:
        for name in ("suppress_tokens", "begin_suppress_tokens", "forced_eos_token_ids"):
            for token in getattr(self, name):
                check_count(f"an id in {name}", token, 0)
        if self.forced_bos_token_id is not None:
            check_count("forced_bos_token_id", self.forced_bos_token_id, 0)
        for sequence in self.bad_words_ids:
            if not sequence:
                raise UserError("bad_words_ids has an empty sequence: take it out")
            for token in sequence:
                check_count("an id in bad_words_ids", token, 0)


class TextLengths(NamedTuple):
    """Numbers of tokens in each row, for what is done behind the prompt and before the end."""

    prompt: Lengths | int = 0
    """Of the prompt."""
    maximum: Lengths | int = 2**31 - 1
    """Of the longest text that may be generated, the prompt included."""


def process_logits(
    logits: Logits,
    sampling: Sampling,
    token_ids: Int[Array, "batch length"],
    valid: Bool[Array, "batch length"],
    *,
    lengths: TextLengths = TextLengths(),
    eos_token_ids: tuple[int, ...] = (),
    allowed: Bool[Array, "#batch vocab"] | None = None,
) -> Logits:
    """Apply all processors that `sampling` asks for, in HuggingFace's order.

    Args:
        logits: of the next token.
        sampling: the settings.
        token_ids, valid: the text so far, the prompt included.
        lengths: of the prompt and of the longest text, in valid tokens.
        eos_token_ids: tokens that end a text.
        allowed: all other tokens are taken out.
    """
    if sampling.repetition_penalty != 1:
        logits = repetition_penalty(logits, token_ids, valid, sampling.repetition_penalty)
    if sampling.no_repeat_ngram_size:
        logits = no_repeat_ngram(logits, token_ids, valid, sampling.no_repeat_ngram_size)
    bad_words = tuple(w for w in sampling.bad_words_ids if w not in {(e,) for e in eos_token_ids})
    logits = no_bad_words(logits, token_ids, valid, bad_words)
    ends, length = jnp.array(eos_token_ids, int), jnp.sum(valid, axis=1)
    if sampling.min_length:
        logits = minimum_length(logits, length, sampling.min_length, ends)
    if sampling.min_new_tokens:
        logits = minimum_length(logits, length - lengths.prompt, sampling.min_new_tokens, ends)
    if allowed is not None:
        logits = allow_tokens(logits, allowed)
    logits = _forced_and_suppressed(logits, sampling, length, lengths)
    if sampling.do_sample:
        logits = _warped(logits, sampling)
    return renormalize(logits) if sampling.renormalize_logits else logits


def _forced_and_suppressed(
    logits: Logits, sampling: Sampling, length: Lengths, lengths: TextLengths
) -> Logits:
    """Apply the processors that force tokens, or take them out, whatever the text."""
    bos, begin = sampling.forced_bos_token_id, lengths.prompt
    if bos is not None:
        logits = forced_bos_token(logits, length, bos)
        begin += begin == 1  # the token behind the forced one is the first that is free
    if sampling.forced_eos_token_ids:
        ends = sampling.forced_eos_token_ids
        logits = forced_eos_token(logits, length, lengths.maximum, ends)
    if sampling.suppress_tokens:
        logits = forbid_tokens(logits, jnp.array(sampling.suppress_tokens))
    if sampling.begin_suppress_tokens:
        first = sampling.begin_suppress_tokens
        logits = suppress_tokens_at_begin(logits, length, begin, first)
    return logits


def _warped(logits: Logits, sampling: Sampling) -> Logits:
    """Apply the processors that matter only for sampling."""
    if sampling.temperature != 1:
        logits = temperature(logits, sampling.temperature)
    if sampling.top_k is not None:
        logits = top_k(logits, sampling.top_k)
    if sampling.top_p is not None and sampling.top_p < 1:
        logits = top_p(logits, sampling.top_p)
    if sampling.min_p is not None:
        logits = min_p(logits, sampling.min_p)
    return logits


# One token of each row


def greedy(logits: Logits) -> Int[Array, " batch"]:
    """argmax z, the first of equal ones; `NO_TOKEN` where every token was taken out."""
    return jnp.where(jnp.all(logits == -jnp.inf, axis=-1), NO_TOKEN, jnp.argmax(logits, axis=-1))


def sample(logits: Logits, keys: Key[Array, " batch"]) -> Int[Array, " batch"]:
    """Sample v ~ softmax(z) in each row, from the row's own key; `NO_TOKEN` as in `greedy`.

        argmax_v (z_v + G_v)        G_v = −log(−log U_v)

    has exactly this distribution, since P(z_v + G_v is the largest) = exp z_v / Σ exp z.
    """
    logits = at_least_float32(logits)
    noise = jax.vmap(lambda key: jax.random.gumbel(key, logits.shape[1:], logits.dtype))(keys)
    return greedy(logits + noise)


def check_seeds(seeds: Sequence[int]) -> None:
    """Check that the seeds of rows are whole numbers from 0 on that JAX can take.

    Raises:
        UserError: names the smallest or the largest, if it is none.
    """
    check_range("the smallest seed", min(seeds, default=0), 0)
    check_range("the largest seed", max(seeds, default=0), 0)


def row_keys(seeds: Int[Array, " batch"], step: int | Int[Array, ""]) -> Key[Array, " batch"]:
    """The key of each row at a step, derived from the row's seed and the step alone, so that a row
    does not depend on the other rows."""
    return jax.vmap(lambda seed: jax.random.fold_in(jax.random.key(seed), step))(seeds)
