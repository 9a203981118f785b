"""fold_in gives the same two keys as split."""

import jax
import jax.numpy as jnp


def two_dropouts(attended, expanded, key_data, rate):
    key = jax.random.wrap_key_data(key_data)
    first, second = jax.random.fold_in(key, 0), jax.random.fold_in(key, 1)

    def drop(key, x):
        u = jax.random.uniform(key, x.shape, jnp.float32)
        return x * jnp.where(u < rate, 0, 1) / (1 - rate)

    return drop(first, attended), drop(second, expanded)
