"""The second key is for the first, and the first for the second.

Named: child-keys-exchanged
"""

import jax
import jax.numpy as jnp


def two_dropouts(attended, expanded, key_data, rate):
    first, second = jax.random.split(jax.random.wrap_key_data(key_data))

    def drop(key, x):
        u = jax.random.uniform(key, x.shape, jnp.float32)
        return x * jnp.where(u < rate, 0, 1) / (1 - rate)

    return drop(second, attended), drop(first, expanded)
