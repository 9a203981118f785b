"""The first is dropped with draws from the key itself, the second from the first of the two.

Named: parent-key-drawn-from
"""

import jax
import jax.numpy as jnp


def two_dropouts(attended, expanded, key_data, rate):
    key = jax.random.wrap_key_data(key_data)
    first, _ = jax.random.split(key)

    def drop(key, x):
        u = jax.random.uniform(key, x.shape, jnp.float32)
        return x * jnp.where(u < rate, 0, 1) / (1 - rate)

    return drop(key, attended), drop(first, expanded)
