"""The key is split into three, and the last two are used.

Named: key-split-in-three
"""

import jax
import jax.numpy as jnp


def two_dropouts(attended, expanded, key_data, rate):
    _, first, second = jax.random.split(jax.random.wrap_key_data(key_data), 3)

    def drop(key, x):
        u = jax.random.uniform(key, x.shape, jnp.float32)
        return x * jnp.where(u < rate, 0, 1) / (1 - rate)

    return drop(first, attended), drop(second, expanded)
