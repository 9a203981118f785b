"""The keys as an array, and bits compared with where."""

import jax
import jax.numpy as jnp


def two_dropouts(attended, expanded, key_data, rate):
    keys = jax.random.split(jax.random.wrap_key_data(key_data), 2)
    results = []
    for i, x in enumerate((attended, expanded)):
        kept = jnp.logical_not(jax.random.uniform(keys[i], x.shape, jnp.float32) < rate)
        results.append(jnp.where(kept, x / (1 - rate), jnp.zeros_like(x)))
    return tuple(results)
