"""Tokens that must come next, or must not, at one place of a text.

    z_v ← −∞                        takes the token v out
    z_v ← 0, all other z ← −∞       forces v: its probability is 1

    bad words            take out w_n where the text ends with w_1 … w_{n−1}
    minimum length       take out the ends where the text has fewer tokens
    forced first token   force v where the text has 1 token, the decoder's first input
    forced last token    force v where the text has all tokens but one that it may have
    first tokens         take out v where the text is the prompt

Names and behaviour are those of HuggingFace's logits processors, as in sampling.py.
"""

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

Logits = Float[Array, "batch vocab"]
Lengths = Int[Array, "#batch"]


def forbid_tokens(logits: Logits, ids: Int[Array, " ids"]) -> Logits:
    """Take tokens out, the same ones in every row."""
    return logits.at[:, ids].set(-jnp.inf)


def allow_tokens(logits: Logits, allowed: Bool[Array, "#batch vocab"]) -> Logits:
    """Take all other tokens out, even where none is left (HuggingFace then takes out none)."""
    return jnp.where(allowed, logits, -jnp.inf)


def force_tokens(
    logits: Logits, where: Bool[Array, "#batch"], ids: tuple[int, ...] | Int[Array, " ids"]
) -> Logits:
    """Force one of the tokens, all of them alike, in the rows where the mask is true."""
    forced = jnp.full_like(logits, -jnp.inf).at[:, jnp.array(ids, int)].set(0.0)
    return jnp.where(where[:, None], forced, logits)


def minimum_length(
    logits: Logits,
    length: Lengths,
    minimum: int | Int[Array, ""],
    eos_token_ids: Int[Array, " ends"],
) -> Logits:
    """Take the end tokens out of the rows that hold fewer than `minimum` tokens."""
    return jnp.where(length[:, None] < minimum, forbid_tokens(logits, eos_token_ids), logits)


def no_bad_words(
    logits: Logits,
    token_ids: Int[Array, "batch length"],
    valid: Bool[Array, "batch length"],
    bad_words_ids: tuple[tuple[int, ...], ...],
) -> Logits:
    """Take out the last token of every sequence whose other tokens are the end of the text."""
    end = end_of_text(valid)
    length = jnp.sum(valid, axis=1)
    for *beginning, last in bad_words_ids:
        places = end[:, None] + jnp.arange(-len(beginning), 0)
        tokens = jnp.take_along_axis(token_ids, jnp.maximum(places, 0), axis=1)
        complete = jnp.all(tokens == jnp.array(beginning, int), axis=1)
        bad = complete & (length >= len(beginning))
        logits = jnp.where(bad[:, None], forbid_tokens(logits, jnp.array([last])), logits)
    return logits


def forced_bos_token(logits: Logits, length: Lengths, token: int) -> Logits:
    """Force the token behind a text of one token: that is, an encoder–decoder's first."""
    return force_tokens(logits, length == 1, (token,))


def forced_eos_token(
    logits: Logits, length: Lengths, max_length: int | Lengths, tokens: tuple[int, ...]
) -> Logits:
    """Force one of the tokens as the last one that a text may have."""
    return force_tokens(logits, length == max_length - 1, tokens)


def suppress_tokens_at_begin(
    logits: Logits, length: Lengths, begin: int | Lengths, tokens: tuple[int, ...]
) -> Logits:
    """Take tokens out where the text has `begin` tokens, which is behind the prompt."""
    at_begin = (length == begin)[:, None]
    return jnp.where(at_begin, forbid_tokens(logits, jnp.array(tokens, int)), logits)


def end_of_text(valid: Bool[Array, "batch length"]) -> Int[Array, " batch"]:
    """The position behind the last valid token."""
    return jnp.max(jnp.where(valid, jnp.arange(1, valid.shape[1] + 1), 0), axis=1, initial=0)
