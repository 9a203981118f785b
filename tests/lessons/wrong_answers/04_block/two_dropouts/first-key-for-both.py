"""Both are dropped with draws from the first of the two keys.

Named: same-key-for-two-dropouts
"""

import jax
import jax.numpy as jnp


def two_dropouts(attended, expanded, key_data, rate):
    first, _ = jax.random.split(jax.random.wrap_key_data(key_data))

    def drop(key, x):
        u = jax.random.uniform(key, x.shape, jnp.float32)
        return x * jnp.where(u < rate, 0, 1) / (1 - rate)

    return drop(first, attended), drop(first, expanded)
