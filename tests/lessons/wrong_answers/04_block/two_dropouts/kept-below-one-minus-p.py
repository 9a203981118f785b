"""bernoulli(1 − p) says what stays: a draw below 1 − p.

Named: drops-kept-below-one-minus-p
"""

import jax
import jax.numpy as jnp


def two_dropouts(attended, expanded, key_data, rate):
    first, second = jax.random.split(jax.random.wrap_key_data(key_data))

    def drop(key, x):
        u = jax.random.uniform(key, x.shape, jnp.float32)
        return x * jnp.where(u < 1 - rate, 1, 0) / (1 - rate)

    return drop(first, attended), drop(second, expanded)
