"""The draws have the default dtype, which is float64 here.

Named: draws-of-the-default-dtype
"""

import jax
import jax.numpy as jnp


def two_dropouts(attended, expanded, key_data, rate):
    first, second = jax.random.split(jax.random.wrap_key_data(key_data))

    def drop(key, x):
        u = jax.random.uniform(key, x.shape)
        return x * jnp.where(u < rate, 0, 1) / (1 - rate)

    return drop(first, attended), drop(second, expanded)
