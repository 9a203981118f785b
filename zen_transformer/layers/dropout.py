"""Dropout.  Srivastava et al. 2014, section 4; "inverted": rescaled while training.

    y = x · m / (1 − p)          m ~ Bernoulli(1 − p), one draw per entry

so that E[y] = x and no rescaling is needed at inference. The random key is an argument: no key
means no dropout, and a call with the same key drops the same entries.

A batch may have one key for each of its sequences. Then the entries dropped in a sequence depend
on its key alone, neither on the other sequences nor on the device that computes it.
"""

import math
from functools import partial

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Key, UInt32

PRNGKeys = Key[Array, "*sequences"]
"""One random key for the whole batch, or one for each sequence."""


def dropout(
    x: Float[Array, "*shape"], keep: Bool[Array, "*shape"], rate: float
) -> Float[Array, "*shape"]:
    """x·m/(1 − p), where `keep` is m and `rate` is p."""
    return jnp.where(keep, x / (1.0 - rate), 0.0)


def draw_keep(key: PRNGKeys, shape: tuple[int, ...], rate: float) -> Bool[Array, "..."]:
    """Draw m ~ Bernoulli(1 − p). With one key for each sequence, each key draws the entries of its
    own sequence, which are contiguous.

        m_i = mix(mix(i + a) xor b) ≥ 2³² p        i: index of the entry within its sequence;
                                                   a, b: two random 32-bit words from the key

    `jax.random.bernoulli` would take a fifth of a training step on a CPU; this hash is fused into
    the code that uses it and costs almost nothing. Its quality is sufficient for dropout only.

    Args:
        key: one key, or one for each sequence.
        shape: of the array to which dropout is applied.
        rate: p, the probability that an entry is dropped.
    """
    keys = jnp.atleast_1d(key)
    words = jax.vmap(lambda one: jax.random.bits(one, (2,), jnp.uint32))(keys)
    share = math.prod(shape) // max(len(keys), 1)
    numbers = jax.lax.broadcasted_iota(jnp.uint32, (len(keys), share), 1)
    random = _mix(_mix(numbers + words[:, :1]) ^ words[:, 1:])
    return (random >= jnp.uint32(min(round(rate * 2**32), 2**32 - 1))).reshape(shape)


def _mix(word: UInt32[Array, "..."]) -> UInt32[Array, "..."]:
    """Hash a 32-bit word. Every bit of the result depends on every bit of the word, and no two
    words collide; the constants are those with the least bias in Wellons' "hash prospector"."""
    word = (word ^ (word >> 16)) * jnp.uint32(0x21F0AAAD)
    word = (word ^ (word >> 15)) * jnp.uint32(0xD35A2D97)
    return word ^ (word >> 15)


def random_dropout(
    x: Float[Array, "*shape"], key: PRNGKeys | None, rate: float
) -> Float[Array, "*shape"]:
    """Apply `dropout` with a mask drawn from `key`; the identity without a key or at rate 0."""
    if key is None or rate == 0.0:
        return x
    return dropout(x, draw_keep(key, x.shape, rate), rate)


def split_key(key: PRNGKeys | None, count: int) -> list:
    """Split each key into `count` independent keys; without a key, return `count` times None."""
    if key is None:
        return [None] * count
    split = partial(jax.random.split, num=count)
    return list(jnp.moveaxis(jax.vmap(split)(key), 1, 0) if key.ndim else split(key))
