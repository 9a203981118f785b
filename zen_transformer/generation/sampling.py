"""What is done to the logits of the next token before one is drawn.

    p = softmax(z)                  z the logits, p the model's distribution
    z_v ← −∞                        takes the token v out: softmax gives it probability 0

    temperature          z / T
    top-k                keep v with z_v ≥ the k-th largest         Fan et al. 2018
    top-p, nucleus       keep the fewest likely with Σ p ≥ P        Holtzman et al. 2020, 3.1
    min-p                keep v with p_v ≥ m · max p                Nguyen et al. 2024
    repetition penalty   z/θ if z > 0, else z·θ, of v seen before   Keskar et al. 2019, 4.1
    no repeated n-gram   take out v that would close one seen       Paulus et al. 2018, 2.5

    greedy               argmax z
    a draw               argmax (z + G),  G = −log(−log U)          U uniform: the Gumbel-max trick

Names and behaviour are those of HuggingFace's logits processors. Everything may be jitted, with
the settings static. What was written so far comes as `token_ids` [batch, length] with the mask
`valid`; the valid tokens of a row stand together, with padding on either side.
"""

import math
from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, Key

from zen_transformer.errors import UserError, check_range
from zen_transformer.layers.attention import softmax
from zen_transformer.layers.precision import at_least_float32

Logits = Float[Array, "batch vocab"]
Number = float | Float[Array, ""]

NO_TOKEN = -1
"""What is chosen where every token was taken out."""


# Every token alike


def temperature(logits: Logits, value: Number) -> Logits:
    """z / T: below 1 the likely become likelier, above 1 all become more alike."""
    return logits / value


def top_k(logits: Logits, count: int) -> Logits:
    """Keep the k largest, and what is equal to the last of them."""
    largest, _ = jax.lax.top_k(logits, min(count, logits.shape[-1]))
    return jnp.where(logits < largest[:, -1:], -jnp.inf, logits)


def top_p(logits: Logits, mass: Number) -> Logits:
    """Keep the smallest set of likely tokens whose probabilities sum to P or more.

    From the least likely upwards, tokens go while they sum to at most 1 − P; the most likely
    stays. Of equally likely ones those with the smaller ids go first; HuggingFace leaves that to
    `torch.sort`, which from some size on has an order of its own.
    """
    order = jnp.argsort(logits, axis=-1, stable=True)
    upwards = jnp.cumsum(softmax(jnp.take_along_axis(logits, order, axis=-1)), axis=-1)
    goes = (upwards <= 1 - mass).at[:, -1].set(False)
    rows = jnp.arange(logits.shape[0])[:, None]
    return jnp.where(jnp.zeros_like(goes).at[rows, order].set(goes), -jnp.inf, logits)


def min_p(logits: Logits, share: Number) -> Logits:
    """Keep what has at least the share m of the most likely token's probability."""
    probabilities = softmax(logits)
    least = share * jnp.max(probabilities, axis=-1, keepdims=True)
    return jnp.where(probabilities < least, -jnp.inf, logits)


def forbid_tokens(logits: Logits, ids: Int[Array, " ids"]) -> Logits:
    """Take these tokens out, in every row."""
    return logits.at[:, ids].set(-jnp.inf)


def allow_tokens(logits: Logits, allowed: Bool[Array, "#batch vocab"]) -> Logits:
    """Take all others out, also where nothing is left (HuggingFace lets them in again then)."""
    return jnp.where(allowed, logits, -jnp.inf)


# With a view to what was written


def repetition_penalty(
    logits: Logits,
    token_ids: Int[Array, "batch length"],
    valid: Bool[Array, "batch length"],
    penalty: Number,
) -> Logits:
    """z/θ if z > 0, else z·θ, for every token that was written, once or often.

    θ > 1 makes it less likely. The paper always divides, which does the opposite if z < 0.
    """
    penalized = jnp.where(logits < 0, logits * penalty, logits / penalty)
    return jnp.where(_marked(token_ids, valid, logits.shape[-1]), penalized, logits)


def no_repeat_ngram(
    logits: Logits,
    token_ids: Int[Array, "batch length"],
    valid: Bool[Array, "batch length"],
    size: int,
) -> Logits:
    """Take out every token that would complete an n-gram for the second time: where the last n − 1
    tokens were written before, what followed them then. Padding is no token (to HuggingFace it is).
    """
    windows = token_ids.shape[1] - size + 1
    if windows < 1:
        return logits
    places = jnp.arange(windows)[:, None] + jnp.arange(size)  # [windows, size]
    complete = jnp.all(valid[:, places], axis=-1)
    end = _end(valid)
    last = end[:, None] + jnp.arange(1 - size, 0)  # [batch, size - 1]
    prefix = jnp.take_along_axis(token_ids, jnp.maximum(last, 0), axis=1)
    same = jnp.all(token_ids[:, places[:, :-1]] == prefix[:, None], axis=-1)
    return jnp.where(
        _marked(token_ids[:, size - 1 :], same & complete, logits.shape[-1]), -jnp.inf, logits
    )


def minimum_length(
    logits: Logits,
    length: Int[Array, "#batch"],
    minimum: int | Int[Array, ""],
    eos_token_ids: Int[Array, " ends"],
) -> Logits:
    """Take the end tokens out of the rows that hold fewer than `minimum` tokens."""
    return jnp.where(length[:, None] < minimum, forbid_tokens(logits, eos_token_ids), logits)


def _end(valid: Bool[Array, "batch length"]) -> Int[Array, " batch"]:
    """The place behind the last valid token."""
    return jnp.max(jnp.where(valid, jnp.arange(1, valid.shape[1] + 1), 0), axis=1, initial=0)


def _marked(
    token_ids: Int[Array, "batch places"], where: Bool[Array, "batch places"], vocab: int
) -> Bool[Array, "batch vocab"]:
    """Which tokens stand at the places where the mask is true."""
    rows = jnp.arange(token_ids.shape[0])[:, None]
    nothing = jnp.zeros((token_ids.shape[0], vocab), bool)
    return nothing.at[rows, jnp.where(where, token_ids, vocab)].set(True, mode="drop")


# All that is asked for


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How the next token is chosen; with HuggingFace's names, except that a draw is the default.

    Raises:
        UserError: a value that cannot be meant.
    """

    do_sample: bool = True
    """Draw; or take the likeliest, and leave temperature, top-k, top-p and min-p aside."""
    temperature: float = 1.0
    """T, above 0."""
    top_k: int | None = None
    """Keep so many of the likeliest."""
    top_p: float | None = None
    """Keep the likeliest that together have this probability, above 0 and at most 1."""
    min_p: float | None = None
    """Keep what has this share of the likeliest's probability, from 0 to 1."""
    repetition_penalty: float = 1.0
    """θ for tokens already written, the prompt's too; 1 changes nothing."""
    no_repeat_ngram_size: int = 0
    """No n-gram of this size comes twice; 0 lets all come."""
    min_length: int = 0
    """Tokens with the prompt's before the text may end."""
    min_new_tokens: int = 0
    """Tokens without the prompt's before the text may end."""
    suppress_tokens: tuple[int, ...] = ()
    """Ids that never come."""

    def __post_init__(self):
        if self.do_sample and not 0 < self.temperature < math.inf:
            raise UserError(
                f"temperature is {self.temperature}: it must be above 0; what it tends to at 0 is "
                "greedy decoding, do_sample=False"
            )
        if self.top_k is not None:
            check_range("top_k", self.top_k, 1)
        if self.top_p is not None and not 0 < self.top_p <= 1:
            raise UserError(f"top_p is {self.top_p}: it must be above 0 and at most 1")
        if self.min_p is not None:
            check_range("min_p", self.min_p, 0, 1)
        if not 0 < self.repetition_penalty < math.inf:
            raise UserError(
                f"repetition_penalty is {self.repetition_penalty}: it must be above 0; "
                "1 changes nothing"
            )
        check_range("no_repeat_ngram_size", self.no_repeat_ngram_size, 0)
        check_range("min_length", self.min_length, 0)
        check_range("min_new_tokens", self.min_new_tokens, 0)
        check_range("the smallest id in suppress_tokens", min(self.suppress_tokens, default=0), 0)


def process_logits(
    logits: Logits,
    sampling: Sampling,
    token_ids: Int[Array, "batch length"],
    valid: Bool[Array, "batch length"],
    *,
    prompt_length: Int[Array, "#batch"] | None = None,
    eos_token_ids: tuple[int, ...] = (),
    allowed: Bool[Array, "#batch vocab"] | None = None,
) -> Logits:
    """The logits after everything that `sampling` asks for, in HuggingFace's order.

    Args:
        token_ids, valid: what was written so far, the prompt included.
        prompt_length: valid tokens of each prompt, for `min_new_tokens`; none if not given.
        eos_token_ids: the tokens that end a text.
        allowed: all others are taken out.
    """
    if sampling.repetition_penalty != 1:
        logits = repetition_penalty(logits, token_ids, valid, sampling.repetition_penalty)
    if sampling.no_repeat_ngram_size:
        logits = no_repeat_ngram(logits, token_ids, valid, sampling.no_repeat_ngram_size)
    ends, length = jnp.array(eos_token_ids, int), jnp.sum(valid, axis=1)
    if sampling.min_length:
        logits = minimum_length(logits, length, sampling.min_length, ends)
    if sampling.min_new_tokens:
        new = length - (0 if prompt_length is None else prompt_length)
        logits = minimum_length(logits, new, sampling.min_new_tokens, ends)
    if allowed is not None:
        logits = allow_tokens(logits, allowed)
    if sampling.suppress_tokens:
        logits = forbid_tokens(logits, jnp.array(sampling.suppress_tokens))
    return _warped(logits, sampling) if sampling.do_sample else logits


def _warped(logits: Logits, sampling: Sampling) -> Logits:
    """What changes the odds of a draw, and not which token is likeliest."""
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
    """argmax z, the first of equals; `NO_TOKEN` where every token was taken out."""
    return jnp.where(jnp.all(logits == -jnp.inf, axis=-1), NO_TOKEN, jnp.argmax(logits, axis=-1))


def sample(logits: Logits, keys: Key[Array, " batch"]) -> Int[Array, " batch"]:
    """A draw v ~ softmax(z) in each row, from the row's own key; `NO_TOKEN` as in `greedy`.

        argmax_v (z_v + G_v)        G_v = −log(−log U_v)

    has exactly this distribution, since P(z_v + G_v is the largest) = exp z_v / Σ exp z.
    """
    logits = at_least_float32(logits)
    noise = jax.vmap(lambda key: jax.random.gumbel(key, logits.shape[1:], logits.dtype))(keys)
    return greedy(logits + noise)


def row_keys(seeds: Int[Array, " batch"], step: int | Int[Array, ""]) -> Key[Array, " batch"]:
    """The key of each row at one step, from the row's seed and the step alone: what a row draws
    depends neither on the other rows nor on how many there are."""
    return jax.vmap(lambda seed: jax.random.fold_in(jax.random.key(seed), step))(seeds)
