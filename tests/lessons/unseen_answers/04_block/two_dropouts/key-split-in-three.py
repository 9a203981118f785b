"""The key is split in three, as if one were kept for later: other draws."""

import jax
import jax.numpy as jnp


def two_dropouts(attended, expanded, key_data, rate):
    key = jax.random.wrap_key_data(key_data)
    _, first, second = jax.random.split(key, 3)

    def drop(key, x):
        m = jax.random.uniform(key, x.shape, jnp.float32) >= rate
        return jnp.where(m, x / (1 - rate), 0)

    return drop(first, attended), drop(second, expanded)
