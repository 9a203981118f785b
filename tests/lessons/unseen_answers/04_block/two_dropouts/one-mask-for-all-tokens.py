"""One draw for each hidden entry, the same for every token."""

import jax
import jax.numpy as jnp


def two_dropouts(attended, expanded, key_data, rate):
    first, second = jax.random.split(jax.random.wrap_key_data(key_data))

    def drop(key, x):
        m = jax.random.uniform(key, x.shape[-1:], jnp.float32) >= rate
        return x * m / (1 - rate)

    return drop(first, attended), drop(second, expanded)
