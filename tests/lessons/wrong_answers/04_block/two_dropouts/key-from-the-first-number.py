"""A key is made of the first number of the key's data."""

import jax
import jax.numpy as jnp


def two_dropouts(attended, expanded, key_data, rate):
    first, second = jax.random.split(jax.random.key(key_data[0]))

    def drop(key, x):
        u = jax.random.uniform(key, x.shape, jnp.float32)
        return x * jnp.where(u < rate, 0, 1) / (1 - rate)

    return drop(first, attended), drop(second, expanded)
