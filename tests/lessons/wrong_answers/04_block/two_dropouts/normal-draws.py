"""Normal draws in place of uniform ones."""

import jax
import jax.numpy as jnp


def two_dropouts(attended, expanded, key_data, rate):
    first, second = jax.random.split(jax.random.wrap_key_data(key_data))

    def drop(key, x):
        u = jax.random.normal(key, x.shape, jnp.float32)
        return x * jnp.where(u < rate, 0, 1) / (1 - rate)

    return drop(first, attended), drop(second, expanded)
