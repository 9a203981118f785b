"""Dropout.  Srivastava et al. 2014, section 4; "inverted": rescaled while training.

    y = x · m / (1 − p)          m ~ Bernoulli(1 − p), one draw per entry

so that E[y] = x and nothing has to be done when the model is used. The draw is an
argument: no key means no dropout, and a call with the same key drops the same entries.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Key


def dropout(
    x: Float[Array, "*shape"], keep: Bool[Array, "*shape"], rate: float
) -> Float[Array, "*shape"]:
    """x·m/(1 − p), where `keep` is m and `rate` is p."""
    return jnp.where(keep, x / (1.0 - rate), 0.0)


def draw_keep(key: Key[Array, ""], shape: tuple[int, ...], rate: float) -> Bool[Array, "..."]:
    """m ~ Bernoulli(1 − p), from 16 random bits an entry: p is met to within 1e-5.

    Drawing the bits is the whole cost of dropout, so half as many take half as long.
    """
    return jax.random.bits(key, shape, jnp.uint16) >= round(rate * 2**16)


def random_dropout(
    x: Float[Array, "*shape"], key: Key[Array, ""] | None, rate: float
) -> Float[Array, "*shape"]:
    """`dropout` with a mask drawn from `key`; the identity without a key or at rate 0."""
    if key is None or rate == 0.0:
        return x
    return dropout(x, draw_keep(key, x.shape, rate), rate)


def split_key(key: Key[Array, ""] | None, count: int) -> list:
    """`count` independent keys, or `count` times no key."""
    return [None] * count if key is None else list(jax.random.split(key, count))
