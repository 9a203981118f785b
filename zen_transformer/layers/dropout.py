"""Dropout.  Srivastava et al. 2014, section 4; "inverted": rescaled while training.

    y = x · m / (1 − p)          m ~ Bernoulli(1 − p), one draw per entry

so that E[y] = x and nothing has to be done when the model is used. The draw is an
argument: no key means no dropout, and a call with the same key drops the same entries.

A batch may bring one key for each of its sequences. Then what is dropped in a sequence depends
on its own key alone: not on its neighbours, nor on the device that computes it.
"""

import math
from functools import partial

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Key, UInt32

Keys = Key[Array, "*sequences"]
"""One key for all, or one for each sequence."""


def dropout(
    x: Float[Array, "*shape"], keep: Bool[Array, "*shape"], rate: float
) -> Float[Array, "*shape"]:
    """x·m/(1 − p), where `keep` is m and `rate` is p."""
    return jnp.where(keep, x / (1.0 - rate), 0.0)


def draw_keep(key: Keys, shape: tuple[int, ...], rate: float) -> Bool[Array, "..."]:
    """m ~ Bernoulli(1 − p). Of several keys each draws its sequence's share of the entries,
    which stand together.

        m_i = mix(mix(i + a) xor b) ≥ 2³² p        i: the entry's number within the share;
                                                   a, b: two random words from the key

    `jax.random.bernoulli` would take a fifth of a training step on a CPU; this is computed
    where it is used and hardly seen. It is random enough to drop by, and for nothing else.
    """
    keys = jnp.atleast_1d(key)
    words = jax.vmap(lambda one: jax.random.bits(one, (2,), jnp.uint32))(keys)
    share = math.prod(shape) // max(len(keys), 1)
    numbers = jax.lax.broadcasted_iota(jnp.uint32, (len(keys), share), 1)
    random = _mix(_mix(numbers + words[:, :1]) ^ words[:, 1:])
    return (random >= jnp.uint32(min(round(rate * 2**32), 2**32 - 1))).reshape(shape)


def _mix(word: UInt32[Array, "..."]) -> UInt32[Array, "..."]:
    """Every bit of the result depends on every bit of the word, and no two words collide.
    The constants are those of Wellons' "hash prospector", with the least bias known to it."""
    word = (word ^ (word >> 16)) * jnp.uint32(0x21F0AAAD)
    word = (word ^ (word >> 15)) * jnp.uint32(0xD35A2D97)
    return word ^ (word >> 15)


def random_dropout(
    x: Float[Array, "*shape"], key: Keys | None, rate: float
) -> Float[Array, "*shape"]:
    """`dropout` with a mask drawn from `key`; the identity without a key or at rate 0."""
    if key is None or rate == 0.0:
        return x
    return dropout(x, draw_keep(key, x.shape, rate), rate)


def split_key(key: Keys | None, count: int) -> list:
    """`count` independent keys in place of each, or `count` times no key."""
    if key is None:
        return [None] * count
    split = partial(jax.random.split, num=count)
    return list(jnp.moveaxis(jax.vmap(split)(key), 1, 0) if key.ndim else split(key))
